"""Use cases of what institutions report; this is their door."""

from app.records.service.certificates import (
    decide,
    read_cohort_id,
    remove_certificate,
    send_for_review,
    take_back_review,
)
from app.records.service.crediting import credit_waiting, forget_old, look_again
from app.records.service.documents import (
    delete_documents,
    merge_document,
    put_document,
)
from app.records.service.forgetting import adopt, forget
from app.records.service.matching import MATCH, Site, map_activity, match
from app.records.service.reporting import (
    CHECK,
    IMPORT,
    accept_report,
    check_report,
    import_part,
    import_report_part,
    report_completions,
    upload_report,
)
from app.records.service.statements import Draft, prepare, store

__all__ = [
    "CHECK",
    "IMPORT",
    "MATCH",
    "Draft",
    "Site",
    "accept_report",
    "adopt",
    "check_report",
    "credit_waiting",
    "decide",
    "delete_documents",
    "forget",
    "forget_old",
    "import_part",
    "import_report_part",
    "look_again",
    "map_activity",
    "match",
    "merge_document",
    "prepare",
    "put_document",
    "read_cohort_id",
    "remove_certificate",
    "report_completions",
    "send_for_review",
    "store",
    "take_back_review",
    "upload_report",
]
