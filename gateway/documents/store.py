"""The store: which documents a surface runs, and how a request names one."""

from collections.abc import Iterable
from dataclasses import replace

from gateway.documents.manifest import ManifestNotTrusted
from gateway.documents.prepared import DocumentRefused, Prepared, Preparer
from gateway.documents.repeated import Repeated
from gateway.errors import BAD_REQUEST, RequestError


class Documents:
    """A surface's documents: the trusted ones, compiled since the start, and free ones where it takes them."""

    def __init__(
        self,
        preparer: Preparer,
        trusted: Iterable[tuple[str, str]],
        *,
        free: bool,
        repeated: Repeated | None = None,
    ) -> None:
        self._preparer = preparer
        self._free = free
        self._repeated = repeated
        self._trusted: dict[str, Prepared] = {}
        for key, text in trusted:
            try:
                prepared = preparer.prepare(text)
                name = next(iter(prepared.operations)) or key[:12]
                self._trusted[key] = preparer.compile(replace(prepared, label=name))
            except DocumentRefused as refused:
                said = "; ".join(error.message for error in refused.errors)
                raise ManifestNotTrusted(f"the trusted document {key} cannot run: {said}") from None

    def find(self, document_id: str | None, query: str | None) -> Prepared:
        """The document that a request names. Raises ``RequestError`` or ``DocumentRefused``."""
        if document_id is not None:
            if query is not None:
                raise RequestError(BAD_REQUEST, "send either documentId or query, not both")
            known = self._trusted.get(document_id.removeprefix("sha256:"))
            if known is None:
                raise RequestError("DOCUMENT_NOT_FOUND", "no trusted document has this documentId")
            return known
        if query is None:
            raise RequestError(BAD_REQUEST, "send documentId or query")
        if not self._free:
            raise RequestError("DOCUMENT_NOT_TRUSTED", "only trusted documents run here: send documentId")
        prepared = self._preparer.prepare(query)
        return prepared if self._repeated is None else self._repeated.of(query, prepared)
