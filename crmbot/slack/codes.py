"""What Slack's error codes mean for a message that could not be sent."""

from enum import Enum


class Fate(Enum):
    """What becomes of a message after an error."""

    PARKED = "parked"
    """Trying again changes nothing until a person acts."""
    RETRIED = "retried"
    """Slack did not take it and may take it later."""
    UNKNOWN = "unknown"
    """It may have been posted; look before sending again."""


_DESTINATION = "The destination takes no messages from crmbot; choose another channel or invite the bot."
_INSTALLATION = "Slack no longer accepts crmbot's token; reinstall the app and set SLACK_BOT_TOKEN."
_SCOPES = "The Slack app lacks a permission; update it from `crmbot manifest` and reinstall it."
_POLICY = "A setting of the Slack workspace forbids this post; ask its admins."
_MESSAGE = "Slack refuses this message as it is; this is a mistake in crmbot."
_CALL = "Slack refuses the call as crmbot made it; this is a mistake in crmbot."

_PARKED = {
    _DESTINATION: (
        "channel_not_found is_archived not_in_channel user_not_found users_not_found user_disabled cannot_dm_bot "
        "channel_type_not_supported thread_not_found message_not_found cant_update_message edit_window_closed "
        "user_not_visible invalid_users users_list_not_supplied user_not_in_channel messages_tab_disabled "
        "cannot_reply_to_message is_inactive external_channel_migrating duplicate_channel_not_found "
        "duplicate_message_not_found invalid_channel cannot_find_message"
    ),
    _INSTALLATION: (
        "token_revoked token_expired invalid_auth not_authed account_inactive org_login_required user_is_restricted "
        "team_not_found team_access_not_granted not_allowed_token_type two_factor_setup_required"
    ),
    _SCOPES: "missing_scope no_permission access_denied",
    _POLICY: (
        "restricted_action restricted_action_read_only_channel restricted_action_thread_only_channel "
        "restricted_action_non_threadable_channel restricted_action_thread_locked ekm_access_denied "
        "enterprise_is_restricted method_not_supported_for_channel_type as_user_not_supported accesslimited "
        "slack_connect_blocked_file_type slack_connect_canvas_sharing_blocked slack_connect_clip_sharing_blocked "
        "slack_connect_file_link_sharing_blocked slack_connect_lists_sharing_blocked"
    ),
    _MESSAGE: (
        "msg_too_long no_text invalid_blocks invalid_blocks_format msg_blocks_too_long too_many_attachments "
        "attachment_payload_limit_exceeded invalid_attachments metadata_too_large invalid_metadata_format "
        "invalid_metadata_schema metadata_must_be_sent_from_app markdown_text_conflict too_many_contact_cards "
        "only_one_table_allowed view_too_large"
    ),
    _CALL: (
        "invalid_arguments invalid_arg_name invalid_array_arg invalid_charset invalid_form_data invalid_post_type "
        "missing_post_type invalid_json json_not_object unknown_method method_deprecated deprecated_endpoint "
        "missing_argument invalid_cursor invalid_limit invalid_ts_latest invalid_ts_oldest upgrade_required"
    ),
}
_RETRIED = "ratelimited rate_limited message_limit_exceeded service_unavailable team_added_to_org"
_UNKNOWN = "internal_error fatal_error request_timeout"

_BUSY = "Slack is busy; crmbot tries again."
_LOST = "Slack's answer was lost; crmbot looks whether the message is there."

CODES: dict[str, tuple[Fate, str]] = {
    **{code: (Fate.PARKED, sentence) for sentence, codes in _PARKED.items() for code in codes.split()},
    **dict.fromkeys(_RETRIED.split(), (Fate.RETRIED, _BUSY)),
    **dict.fromkeys(_UNKNOWN.split(), (Fate.UNKNOWN, _LOST)),
}
"""Every code that is known, with what becomes of the message and a sentence for people."""

_UNHEARD = "Slack answered with an error crmbot does not know."


def judge(code: str) -> tuple[Fate, str]:
    """Return what becomes of a message after `code`, and why; a code nobody knows is never tried again."""
    return CODES.get(code, (Fate.PARKED, _UNHEARD))
