"""Pages of the domain, as a site map."""

from django.urls import path

from targets.views import (
    board,
    contribution,
    entry,
    evidence,
    hints,
    imports,
    instructions,
    items,
    periods,
    queue,
    review,
    steering,
)

app_name = "targets"
urlpatterns = [
    # Everyone
    path("items/", items.list_items, name="items"),
    path("items/<int:pk>/", items.show_item, name="item"),
    # Units
    path("my-items/", entry.list_my_items, name="my-items"),
    path("entries/<int:pk>/contribute/", entry.start_contribution, name="start-contribution"),
    path("periods/<int:pk>/submit/", entry.submit_drafts, name="submit-drafts"),
    path("periods/<int:pk>/extend/", entry.request_extension, name="request-extension"),
    path("periods/<int:pk>/print/", entry.print_my_items, name="print-my-items"),
    path("contributions/<int:pk>/", contribution.edit_contribution, name="edit-contribution"),
    path(
        "contributions/<int:pk>/start-from-previous/",
        contribution.start_from_previous,
        name="start-from-previous",
    ),
    path(
        "contributions/<int:pk>/withdraw/",
        contribution.withdraw_contribution,
        name="withdraw-contribution",
    ),
    path(
        "contributions/<int:pk>/print/",
        contribution.print_contribution,
        name="print-contribution",
    ),
    path("contributions/<int:pk>/attach/", evidence.attach_evidence, name="attach-evidence"),
    path("contributions/<int:pk>/dismiss-hint/", hints.dismiss_hint, name="dismiss-hint"),
    path("evidence/<int:pk>/", evidence.download_evidence, name="download-evidence"),
    path("evidence/<int:pk>/detach/", evidence.detach_evidence, name="detach-evidence"),
    # The office
    path("board/", board.show_board, name="board"),
    path("contributions/", board.list_contributions, name="contributions"),
    path("periods/<int:pk>/notice/", steering.print_notice, name="period-notice"),
    path("periods/<int:pk>/remind/", steering.remind_units, name="remind-units"),
    path("periods/<int:pk>/reminders/", steering.list_reminders, name="reminders"),
    path("periods/<int:pk>/reminders/notices/", steering.print_reminders, name="reminder-notices"),
    path("periods/<int:pk>/extensions/", steering.list_extensions, name="extensions"),
    path("extensions/<int:pk>/grant/", steering.grant_extension, name="grant-extension"),
    path("extensions/<int:pk>/refuse/", steering.refuse_extension, name="refuse-extension"),
    path("review/", queue.review_queue, name="review-queue"),
    path("review/approve/", queue.approve_entries, name="approve-entries"),
    path("review/judge/", queue.judge_entries, name="judge-entries"),
    path("entries/<int:pk>/review/", review.review_entry, name="review-entry"),
    path("entries/<int:pk>/approve/", review.approve_entry, name="approve-entry"),
    path("entries/<int:pk>/return/", review.return_entry, name="return-entry"),
    path("entries/<int:pk>/reopen/", review.reopen_entry, name="reopen-entry"),
    path("contributions/<int:pk>/return/", review.return_contribution, name="return-contribution"),
    path("items/<int:pk>/instruct/", instructions.give_instruction, name="give-instruction"),
    path("instructions/", instructions.list_instructions, name="instructions"),
    path(
        "instructions/<int:pk>/follow-up/",
        instructions.follow_up_instruction,
        name="follow-up-instruction",
    ),
    path(
        "instructions/<int:pk>/finish/",
        instructions.finish_instruction,
        name="finish-instruction",
    ),
    path("items/<int:pk>/cancel/", items.cancel_item, name="cancel-item"),
    path("periods/", periods.list_periods, name="periods"),
    path("periods/create/", periods.create_period, name="create-period"),
    path("periods/<int:pk>/open/", periods.open_period, name="open-period"),
    path("periods/<int:pk>/change/", periods.change_period, name="change-period"),
    path("periods/<int:pk>/close/", periods.close_period, name="close-period"),
    path("periods/<int:pk>/reopen/", periods.reopen_period, name="reopen-period"),
    # Files in: the office, the administrator and units, each their own kinds
    path("imports/", imports.list_imports, name="imports"),
    path("imports/preview/", imports.preview_import, name="preview-import"),
    path("imports/apply/", imports.apply_import, name="apply-import"),
    path("imports/<int:pk>/", imports.show_import, name="import"),
    path("imports/<int:pk>/undo/", imports.undo_import, name="undo-import"),
]
