"""Every change of state: keyword-only, atomic, the actor named, the event in the same transaction.

Each action checks in its own transaction that the move is in the state table of
docs/domain.md and that the row is still as the person was shown it; otherwise it
raises `Refused` (or `Stale`) with a message for that person, and changes nothing.
"""

from targets.actions.accounts import (
    NewAccount,
    activate_account,
    change_account,
    create_accounts,
    create_first_accounts,
    deactivate_account,
)
from targets.actions.adjustments import (
    decline_adjustment,
    may_ask_for_adjustment,
    request_adjustment,
    withdraw_adjustment,
)
from targets.actions.answers import (
    accept_answer,
    attach_to_answer,
    detach_from_answer,
    return_answer,
    save_answer,
    submit_answer,
)
from targets.actions.catalogue import (
    add_alias,
    add_status,
    add_unit,
    change_facts,
    remove_row,
)
from targets.actions.contributions import (
    check_may_write,
    return_contribution,
    save_contribution,
    start_contribution,
    submit_contribution,
    withdraw_contribution,
)
from targets.actions.districts import NewDistrict, NewStatus, set_up_district
from targets.actions.ending import cancel_items, carry_over_items, complete_items
from targets.actions.entering import enter_contribution
from targets.actions.entries import (
    approve_entry,
    judge_entry,
    propose_status,
    proposed_text,
    reopen_entry,
    return_entry,
    take_back_approval,
)
from targets.actions.evidence import attach_evidence, detach_evidence, record_evidence_download
from targets.actions.extensions import (
    grant_extension,
    refuse_extension,
    request_extension,
    withdraw_extension,
)
from targets.actions.hints import dismiss_hint
from targets.actions.imports import apply_import, undo_import
from targets.actions.indicators import (
    Decision,
    accept_indicator,
    change_indicator,
    decide_milestone,
    decide_proposals,
    end_indicator,
    promised_by,
    propose_milestone,
)
from targets.actions.instructions import (
    OnPaper,
    finish_instruction,
    follow_up_instruction,
    give_instruction,
    record_instruction_download,
    register_instruction,
)
from targets.actions.items import (
    add_item,
    adjust_item,
    cancel_item,
    carry_over_item,
    complete_item,
    restore_item,
    state_of,
)
from targets.actions.keeping import keep_published_quarter
from targets.actions.misreadings import add_misreading, remove_misreading
from targets.actions.outbox import queue_hook, queue_mail, retry_message, send_messages
from targets.actions.overruling import overrule_light
from targets.actions.passwords import Slip, change_password, reset_password
from targets.actions.periods import (
    change_period,
    close_period,
    create_period,
    gone_leads,
    open_period,
    remove_period,
    reopen_period,
    touched_by,
)
from targets.actions.plans import (
    add_goal,
    change_goal,
    change_plan,
    count_status,
    create_plan,
)
from targets.actions.preferences import remove_filter, save_filter, switch_keys
from targets.actions.reminders import (
    Chase,
    change_reminder_rule,
    remind_units,
    send_due_reminders,
)
from targets.actions.second_factor import (
    Passed,
    check_second_factor,
    has_second_factor,
    must_have_second_factor,
    new_device,
    remove_second_factor,
    renew_recovery_codes,
    reset_second_factor,
    set_up_second_factor,
)
from targets.actions.sessions import end_sessions, move_session, note_session
from targets.actions.sheets import (
    change_sheet_rule,
    issue_sheet,
    not_due_yet,
    receive_sheet,
    step_due,
)
from targets.actions.tokens import make_token, withdraw_token
from targets.actions.trail import (
    check_trail,
    count_refused_login,
    end_login_brakes,
    record_backup,
    record_export,
    record_failed_login,
    record_login,
    record_logout,
    record_restore,
    record_trail_export,
)
from targets.actions.units import (
    carry_out_successions,
    change_contact,
    effect_of,
    succeed_unit,
    withdraw_succession,
)
from targets.actions.values import (
    enter_value,
    figure_read,
    readings,
    readings_in_texts,
    supplement_values,
)
from targets.questions.asked import Figure
from targets.questions.promised import Promised
from targets.refusals import Refused, Stale

__all__ = [
    "Chase",
    "Decision",
    "Figure",
    "NewAccount",
    "NewDistrict",
    "NewStatus",
    "OnPaper",
    "Passed",
    "Promised",
    "Refused",
    "Slip",
    "Stale",
    "accept_answer",
    "accept_indicator",
    "activate_account",
    "add_alias",
    "add_goal",
    "add_item",
    "add_misreading",
    "add_status",
    "add_unit",
    "adjust_item",
    "apply_import",
    "approve_entry",
    "attach_evidence",
    "attach_to_answer",
    "cancel_item",
    "cancel_items",
    "carry_out_successions",
    "carry_over_item",
    "carry_over_items",
    "change_account",
    "change_contact",
    "change_facts",
    "change_goal",
    "change_indicator",
    "change_password",
    "change_period",
    "change_plan",
    "change_reminder_rule",
    "change_sheet_rule",
    "check_may_write",
    "check_second_factor",
    "check_trail",
    "close_period",
    "complete_item",
    "complete_items",
    "count_refused_login",
    "count_status",
    "create_accounts",
    "create_first_accounts",
    "create_period",
    "create_plan",
    "deactivate_account",
    "decide_milestone",
    "decide_proposals",
    "decline_adjustment",
    "detach_evidence",
    "detach_from_answer",
    "dismiss_hint",
    "effect_of",
    "end_indicator",
    "end_login_brakes",
    "end_sessions",
    "enter_contribution",
    "enter_value",
    "figure_read",
    "finish_instruction",
    "follow_up_instruction",
    "give_instruction",
    "gone_leads",
    "grant_extension",
    "has_second_factor",
    "issue_sheet",
    "judge_entry",
    "keep_published_quarter",
    "make_token",
    "may_ask_for_adjustment",
    "move_session",
    "must_have_second_factor",
    "new_device",
    "not_due_yet",
    "note_session",
    "open_period",
    "overrule_light",
    "promised_by",
    "propose_milestone",
    "propose_status",
    "proposed_text",
    "queue_hook",
    "queue_mail",
    "readings",
    "readings_in_texts",
    "receive_sheet",
    "record_backup",
    "record_evidence_download",
    "record_export",
    "record_failed_login",
    "record_instruction_download",
    "record_login",
    "record_logout",
    "record_restore",
    "record_trail_export",
    "refuse_extension",
    "register_instruction",
    "remind_units",
    "remove_filter",
    "remove_misreading",
    "remove_period",
    "remove_row",
    "remove_second_factor",
    "renew_recovery_codes",
    "reopen_entry",
    "reopen_period",
    "request_adjustment",
    "request_extension",
    "reset_password",
    "reset_second_factor",
    "restore_item",
    "retry_message",
    "return_answer",
    "return_contribution",
    "return_entry",
    "save_answer",
    "save_contribution",
    "save_filter",
    "send_due_reminders",
    "send_messages",
    "set_up_district",
    "set_up_second_factor",
    "start_contribution",
    "state_of",
    "step_due",
    "submit_answer",
    "submit_contribution",
    "succeed_unit",
    "supplement_values",
    "switch_keys",
    "take_back_approval",
    "touched_by",
    "undo_import",
    "withdraw_adjustment",
    "withdraw_contribution",
    "withdraw_extension",
    "withdraw_succession",
    "withdraw_token",
]
