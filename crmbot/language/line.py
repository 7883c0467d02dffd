"""A line cut into tokens, and what stands from one of them to another."""

from crmbot.language.tokens import QUOTED, USER, Token

PUNCTUATION = ",;.!?)"


class Line:
    """A line and its tokens."""

    text: str
    tokens: list[Token]

    def said(self, first: int, last: int) -> str:
        """Return what tokens [first, last) say, on one line, as typed."""
        tokens = self.tokens
        if last - first == 1:
            kind, start, end, text = tokens[first]
            return text if kind is USER or kind is QUOTED else self.text[start:end]
        return " ".join(self.text[tokens[first].start : tokens[last - 1].end].split())

    def token_end(self, at: int, offset: int) -> int:
        """Return the end, in tokens, of what ends at an offset; 0 when that is within a token."""
        tokens, last = self.tokens, len(self.tokens) - 1
        while at < last and tokens[at].end < offset:
            at += 1
        start, end = tokens[at].start, tokens[at].end
        if start >= offset:
            # It ends between two tokens.
            return at
        return 0 if end > offset and self.text[offset:end].strip(PUNCTUATION) else at + 1

    def glued_end(self, at: int) -> int:
        """Return the end, in tokens, of what stands at a token without a blank."""
        end = at + 1
        while end < len(self.tokens) and self.tokens[end].start == self.tokens[end - 1].end:
            end += 1
        return end
