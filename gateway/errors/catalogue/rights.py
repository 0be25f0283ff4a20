"""Rights requests: asking, verifying, refusing and appealing."""

from gateway.errors.catalogue.entries import Entry
from services.kit.refusal import Kind

ENTRIES = (
    Entry(
        "ASSESSMENT_LOCKED",
        Kind.DECLINED,
        "An impact assessment is kept for three years (PIPL 56).",
        "Wait until lockedUntil.",
        "等到 lockedUntil 之后。",
    ),
    Entry(
        "ENTRY_DIFFERS",
        Kind.CONFLICT,
        "The register has an entry of this id that says something else; entries do not change.",
        "Take a new id.",
        "使用新的编号。",
    ),
    Entry(
        "ENTRY_NOT_VALID",
        Kind.INVALID,
        "A field of the register's entry is missing or not as it must be; the message says how.",
        "Correct the field that is named.",
        "更正所指字段。",
    ),
    Entry(
        "UNKNOWN_ENTRY_OF_REGISTER",
        Kind.NOT_FOUND,
        "The register has no entry of this id.",
        "Take the id from the register.",
        "使用登记册中的编号。",
    ),
    Entry(
        "DIRECTIVE_BLOCKS_KIN",
        Kind.DECLINED,
        "The member did not want kin to ask (PIPL 49).",
        "Refuse the request by the ground DIRECTIVE.",
        "以 DIRECTIVE 为由拒绝该请求。",
    ),
    Entry(
        "GUARDIAN_NEEDED",
        Kind.DECLINED,
        "The member is under fourteen: only a verified guardian consents (PIPL 31).",
        "Let the guardian sign in and give childId.",
        "由监护人登录，并填写 childId。",
    ),
    Entry(
        "GUARDIAN_NOT_ELIGIBLE",
        Kind.DECLINED,
        "Nobody is their own guardian, and no child is anybody's.",
        "Link a parent or guardian who is a member of age.",
        "关联成年会员为监护人。",
    ),
    Entry(
        "GUARDIAN_NOT_VERIFIED",
        Kind.INVALID,
        "A guardian is linked by what was seen: a reference to a file.",
        "Give the file's reference as verification.",
        "在 verification 中填写材料编号。",
    ),
    Entry(
        "UNKNOWN_SIGNED_DOCUMENT",
        Kind.NOT_FOUND,
        "No record of this id rests on a signed document.",
        "Take the record of a consent whose form is WRITTEN.",
        "使用书面同意记录的编号。",
    ),
    Entry(
        "IDENTITY_NOT_VERIFIED",
        Kind.DECLINED,
        "It is not known yet who asks: sign in again, or staff verify it.",
        "Sign in again and verify the request within 15 minutes; staff record a verification.",
        "重新登录并在 15 分钟内验证请求；工作人员则登记核验。",
    ),
    Entry(
        "NOT_APPEALABLE",
        Kind.DECLINED,
        "Only what was refused, in whole or in part, is appealed against, and that once.",
        "Look at the request's state and whether an appeal was made already.",
        "查看请求的状态，以及是否已申诉。",
    ),
    Entry(
        "REFUSAL_NOT_REASONED",
        Kind.INVALID,
        "Who refuses says why, by which article, and what the asker may do now (PIPL 50).",
        "Give ground, article and remedy.",
        "填写理由、条款与救济方式。",
    ),
    Entry(
        "RIGHTS_REQUEST_MALFORMED",
        Kind.INVALID,
        "A field of the request is missing or not spelled as it must be; the message says how.",
        "Correct the field that is named.",
        "更正所指字段。",
    ),
    Entry(
        "RIGHTS_REQUEST_NOT_OPEN",
        Kind.DECLINED,
        "The request is not in a state in which this can be done.",
        "Read the request again; what has ended is appealed against or asked anew.",
        "重新读取请求；已结束的请求可申诉或重新提出。",
    ),
    Entry(
        "SAME_OFFICER",
        Kind.FORBIDDEN,
        "Who refused a request does not decide on the appeal.",
        "Let another officer decide.",
        "由另一位负责人决定。",
    ),
    Entry(
        "UNKNOWN_RIGHTS_REQUEST",
        Kind.NOT_FOUND,
        "There is no such request of this caller's.",
        "Take the id from the list of requests.",
        "使用请求列表中的编号。",
    ),
)
