"""Interactive elements of Block Kit and the places they may stand in."""

from typing import Any

from crmbot.playground.validation.checks import (
    Check,
    choice,
    exactly_one,
    flag,
    items,
    link,
    rule,
    shape,
    text,
    typed,
    whole,
)
from crmbot.playground.validation.objects import (
    CONFIRM,
    DATE,
    DISPATCH,
    FILTER,
    IDENTIFIER,
    OPTION,
    OPTION_GROUP,
    OPTION_WITH_MARKUP,
    OVERFLOW_OPTION,
    RICH_TEXT,
    SLACK_FILE,
    TIME,
    UNIQUE_OPTIONS,
    plain,
)

_ACTION: dict[str, Check] = {"action_id": IDENTIFIER}
_CONFIRMED: dict[str, Check] = {**_ACTION, "confirm": CONFIRM}
_PICKER: dict[str, Check] = {**_CONFIRMED, "placeholder": plain(150), "focus_on_load": flag}
_TYPED_IN: dict[str, Check] = {
    **_ACTION,
    "placeholder": plain(150),
    "focus_on_load": flag,
    "dispatch_action_config": DISPATCH,
}
_CHOICES: dict[str, Check] = {"options": items(OPTION, 100), "option_groups": items(OPTION_GROUP, 100)}
_MANY: dict[str, Check] = {**_PICKER, "max_selected_items": whole(1, 100)}
_IDS = items(IDENTIFIER, 100)
_ONE_SOURCE = exactly_one("options", "option_groups")

IMAGE = shape(
    {"alt_text": text(2000)},
    {"image_url": link(), "slack_file": SLACK_FILE},
    exactly_one("image_url", "slack_file"),
)
BUTTON = shape(
    {"text": plain(75)},
    {
        **_CONFIRMED,
        "url": link("https://", "http://", "slack://", "mailto:"),
        "value": text(2000, 0),
        "style": choice("primary", "danger"),
        "accessibility_label": text(75),
    },
)
_MULTI_OPTIONS: dict[str, Check] = {**_MANY, **_CHOICES, "initial_options": items(OPTION, 100)}

PICKERS: dict[str, Check] = {
    "static_select": shape({}, {**_PICKER, **_CHOICES, "initial_option": OPTION}, _ONE_SOURCE, UNIQUE_OPTIONS),
    "multi_static_select": shape({}, _MULTI_OPTIONS, _ONE_SOURCE, UNIQUE_OPTIONS),
    "external_select": shape({}, {**_PICKER, "initial_option": OPTION, "min_query_length": whole(0, 100)}),
    "multi_external_select": shape(
        {}, {**_MANY, "initial_options": items(OPTION, 100), "min_query_length": whole(0, 100)}
    ),
    "users_select": shape({}, {**_PICKER, "initial_user": IDENTIFIER}),
    "multi_users_select": shape({}, {**_MANY, "initial_users": _IDS}),
    "conversations_select": shape(
        {},
        {
            **_PICKER,
            "initial_conversation": IDENTIFIER,
            "default_to_current_conversation": flag,
            "response_url_enabled": flag,
            "filter": FILTER,
        },
    ),
    "multi_conversations_select": shape(
        {},
        {**_MANY, "initial_conversations": _IDS, "default_to_current_conversation": flag, "filter": FILTER},
    ),
    "channels_select": shape({}, {**_PICKER, "initial_channel": IDENTIFIER, "response_url_enabled": flag}),
    "multi_channels_select": shape({}, {**_MANY, "initial_channels": _IDS}),
    "datepicker": shape({}, {**_PICKER, "initial_date": DATE}),
    "timepicker": shape({}, {**_PICKER, "initial_time": TIME, "timezone": text(255)}),
    "datetimepicker": shape({}, {**_CONFIRMED, "focus_on_load": flag, "initial_date_time": whole(10**9, 10**10 - 1)}),
    "checkboxes": shape(
        {"options": items(OPTION_WITH_MARKUP, 10)},
        {**_CONFIRMED, "focus_on_load": flag, "initial_options": items(OPTION_WITH_MARKUP, 10)},
        UNIQUE_OPTIONS,
    ),
    "radio_buttons": shape(
        {"options": items(OPTION_WITH_MARKUP, 10)},
        {**_CONFIRMED, "focus_on_load": flag, "initial_option": OPTION_WITH_MARKUP},
        UNIQUE_OPTIONS,
    ),
}
BUTTONS: dict[str, Check] = {
    "button": BUTTON,
    "overflow": shape({"options": items(OVERFLOW_OPTION, 5)}, _CONFIRMED, UNIQUE_OPTIONS),
    "workflow_button": shape(
        {"text": plain(75), "workflow": lambda *_: iter(())},
        {**_ACTION, "style": choice("primary", "danger"), "accessibility_label": text(75)},
    ),
}


def _lengths_fit(value: Any) -> bool:
    return int(value.get("min_length", 0)) <= int(value.get("max_length", 3000))


ENTRIES: dict[str, Check] = {
    "plain_text_input": shape(
        {},
        {
            **_TYPED_IN,
            "initial_value": text(3000, 0),
            "multiline": flag,
            "min_length": whole(0, 3000),
            "max_length": whole(1, 3000),
        },
        rule(_lengths_fit, "min_length must not exceed max_length"),
    ),
    "email_text_input": shape({}, {**_TYPED_IN, "initial_value": text(255)}),
    "url_text_input": shape({}, {**_TYPED_IN, "initial_value": text(3000)}),
    "number_input": shape(
        {"is_decimal_allowed": flag},
        {**_TYPED_IN, "initial_value": text(255), "min_value": text(255), "max_value": text(255)},
    ),
    "rich_text_input": shape({}, {**_TYPED_IN, "initial_value": RICH_TEXT}),
    "file_input": shape({}, {**_ACTION, "filetypes": items(text(50), 100), "max_files": whole(1, 10)}),
}

_FEEDBACK = shape({"text": plain(75), "value": text(2000)}, {"accessibility_label": text(75)})
IN_ACTIONS = typed(**BUTTONS, **PICKERS)
IN_ACCESSORY = typed(image=IMAGE, **BUTTONS, **PICKERS)
IN_INPUT = typed(**PICKERS, **ENTRIES)
IN_CONTEXT_ACTIONS = typed(
    feedback_buttons=shape({"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, _ACTION),
    icon_button=shape(
        {"icon": choice("trash"), "text": plain(75)},
        {**_CONFIRMED, "value": text(2000), "accessibility_label": text(75), "visible_to_user_ids": _IDS},
    ),
)
