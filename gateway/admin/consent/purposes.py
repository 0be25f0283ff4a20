"""Purposes and notices as the officer publishes them: each version for ever, once the checklist is met."""

from datetime import datetime

import strawberry
from huiyuan.consent.v1 import purposes_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import RIGHTS_OFFICERS, to
from gateway.admin.texts import LocalizedTextInput
from gateway.clients import CONSENT
from gateway.context import Info
from gateway.errors import UserError
from gateway.scalars import instant
from gateway.views.consents import ConsentForm, LawfulBasis, Necessity
from gateway.views.notices import Notice, NoticeContent, NoticeLayer, notice

_REASON = "What the audit keeps: 1 to 200 characters, in one line."


@strawberry.input(description="What data is used for. The checklist says by article what is missing.")
class PublishPurposeInput:
    key: str = strawberry.field(description='For instance "marketing_sms".')
    name: LocalizedTextInput
    description: LocalizedTextInput
    lawful_basis: LawfulBasis
    necessity: Necessity
    form: ConsentForm | None = strawberry.field(default=None, description="Null where no consent is asked.")
    methods: list[str] = strawberry.field(description='How data is processed, for instance "use", "profile".')
    categories: list[str] = strawberry.field(description='Which data, for instance "phone".')
    recipients: list[str] = strawberry.field(default_factory=list, description="Third parties, by id.")
    storage_locations: list[str] = strawberry.field(description='ISO 3166, for instance "CN".')
    retention: str = strawberry.field(description='ISO 8601, for instance "P3Y".')
    validity_duration: str | None = strawberry.field(
        default=None, description="ISO 8601; after it consent is given anew. Null: it stands until withdrawn."
    )
    dpv_purpose: str | None = strawberry.field(
        default=None, description='For instance "dpv:DirectMarketing".'
    )
    articles: list[str] = strawberry.field(
        default_factory=list, description='What it rests on: "PIPL 13(1)".'
    )
    assessment_id: str | None = strawberry.field(
        default=None, description="The impact assessment in the register (PIPL 55)."
    )
    sensitive: bool = False
    reason: str = strawberry.field(description=_REASON)

    def wire(self) -> purposes_pb2.Purpose:
        return purposes_pb2.Purpose(
            key=self.key,
            name=self.name.wire(),
            description=self.description.wire(),
            lawful_basis=self.lawful_basis.value,
            necessity=self.necessity.value,
            form=self.form.value if self.form else purposes_pb2.CONSENT_FORM_UNSPECIFIED,
            methods=self.methods,
            categories=self.categories,
            recipients=self.recipients,
            storage_locations=self.storage_locations,
            retention=self.retention,
            validity_duration=self.validity_duration or "",
            dpv_purpose=self.dpv_purpose or "",
            articles=self.articles,
            assessment_id=self.assessment_id or "",
            sensitive=self.sensitive,
        )


@strawberry.input(description="Where a notice tells what it has to.")
class NoticePassageInput:
    content: NoticeContent
    text: str = strawberry.field(description="Out of the body, word for word.")


@strawberry.input(description="A text that tells of purposes as they are in force, in one language.")
class PublishNoticeInput:
    key: str
    locale: str = strawberry.field(description='"zh" or "en".')
    layer: NoticeLayer
    title: str
    body: str
    purposes: list[str] = strawberry.field(description="The keys of the purposes that it tells of.")
    passages: list[NoticePassageInput] = strawberry.field(
        default_factory=list,
        description="For each content that the law wants of these purposes, the passage of the body that tells it.",
    )
    reason: str = strawberry.field(description=_REASON)


@strawberry.type(description="A version of a purpose, as it was published.")
class PublishedPurpose:
    key: str
    version: int
    digest: str = strawberry.field(description="SHA-256 over what was published, in hex.")
    effective_at: datetime


@strawberry.type
class PublishPurposePayload:
    purpose: PublishedPurpose | None
    replayed: bool = strawberry.field(description="True when the newest version already said the same.")
    user_errors: list[UserError]


@strawberry.type
class PublishNoticePayload:
    notice: Notice | None
    replayed: bool = strawberry.field(description="True when the newest version already said the same.")
    user_errors: list[UserError]


@strawberry.type
class PurposeMutations:
    @strawberry.mutation(
        metadata=to(RIGHTS_OFFICERS),
        description="Publishes a version of a purpose; in force from now on. Who consented to less is asked anew.",
    )
    async def publish_purpose(self, info: Info, input: PublishPurposeInput) -> PublishPurposePayload:
        clients = info.context.clients
        request = purposes_pb2.PublishPurposeRequest(purpose=input.wire())
        done, refused = await audited(
            info,
            "publishPurpose",
            {"purpose": input.key},
            input.reason,
            lambda: clients.purposes.publish_purpose(request, headers=info.context.named(CONSENT)),
        )
        return PublishPurposePayload(
            purpose=PublishedPurpose(
                key=done.purpose.key,
                version=done.purpose.version,
                digest=done.purpose.digest,
                effective_at=instant(done.purpose.effective_at),
            )
            if done
            else None,
            replayed=done is not None and done.replayed,
            user_errors=refused,
        )

    @strawberry.mutation(
        metadata=to(RIGHTS_OFFICERS), description="Publishes a version of a notice in one language."
    )
    async def publish_notice(self, info: Info, input: PublishNoticeInput) -> PublishNoticePayload:
        clients = info.context.clients
        request = purposes_pb2.PublishNoticeRequest(
            notice=purposes_pb2.Notice(
                key=input.key,
                locale=input.locale,
                layer=input.layer.value,
                title=input.title,
                body=input.body,
                purposes=[purposes_pb2.PurposeVersion(key=key) for key in input.purposes],
                passages=[
                    purposes_pb2.NoticePassage(content=one.content.value, text=one.text)
                    for one in input.passages
                ],
            )
        )
        done, refused = await audited(
            info,
            "publishNotice",
            {"notice": input.key, "locale": input.locale},
            input.reason,
            lambda: clients.purposes.publish_notice(request, headers=info.context.named(CONSENT)),
        )
        return PublishNoticePayload(
            notice=notice(done.notice) if done else None,
            replayed=done is not None and done.replayed,
            user_errors=refused,
        )
