"""The store: which documents a surface runs, and how a request names one."""

from collections.abc import Iterable
from dataclasses import replace

from gateway.documents.manifest import ManifestNotTrusted
from gateway.documents.prepared import DocumentRefused, Prepared, Preparer
from gateway.documents.repeated import Repeated
from gateway.documents.uses import Uses
from gateway.errors import BAD_REQUEST, RequestError
from gateway.errors.echoes import without_values


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
        self.uses = Uses()
        self._trusted: dict[str, Prepared] = {}
        for key, text in trusted:
            self.add(key, text)

    def check(self, text: str) -> None:
        """Raises ``DocumentRefused`` when a document could not run."""
        self._preparer.prepare(text)

    def add(self, key: str, text: str) -> None:
        """Trust a document from now on. Raises ``ManifestNotTrusted``."""
        try:
            prepared = self._preparer.prepare(text)
        except DocumentRefused as refused:
            said = "; ".join(without_values(error.message) for error in refused.errors)
            raise ManifestNotTrusted(f"the trusted document {key} cannot run: {said}") from None
        name = next(iter(prepared.operations), "") or key[:12]
        self._trusted[key] = self._preparer.compile(replace(prepared, label=name))

    def remove(self, key: str) -> None:
        """Trust a document no more."""
        self._trusted.pop(key, None)

    def runs(self, key: str) -> bool:
        """Whether a document is trusted now."""
        return key in self._trusted

    def find(self, document_id: str | None, query: str | None) -> Prepared:
        """The document that a request names. Raises ``RequestError`` or ``DocumentRefused``."""
        if document_id is not None:
            if query is not None:
                raise RequestError(BAD_REQUEST, "send either documentId or query, not both")
            key = document_id.removeprefix("sha256:")
            known = self._trusted.get(key)
            if known is None:
                raise RequestError("DOCUMENT_NOT_FOUND", "no trusted document has this documentId")
            self.uses.count(key)
            return known
        if query is None:
            raise RequestError(BAD_REQUEST, "send documentId or query")
        if not self._free:
            raise RequestError("DOCUMENT_NOT_TRUSTED", "only trusted documents run here: send documentId")
        prepared = self._preparer.prepare(query)
        return prepared if self._repeated is None else self._repeated.of(query, prepared)
