"""What a running service holds, and what its routes need of it."""

from dataclasses import dataclass, field

from indexing.errors import UnknownDocumentError
from indexing.types import Document
from service.ask import Pipeline, ask
from service.complete import Completer
from service.embed import Script, read_script
from service.errors import NotReadyError
from service.frequent import FrequentQuestions
from service.observe import Metrics
from service.present import reply_id
from service.settings import Settings
from service.suggest import Suggestion, document_suggestions
from service.types import Outcome, Reply
from service.worker import Worker

_REMEMBERED = 1_000  # questions that feedback may still come to


@dataclass
class State:
    """The parts of a running service; `pipeline` is None until the index is open and a question has gone through."""

    settings: Settings
    metrics: Metrics
    worker: Worker
    script: Script
    frequent: FrequentQuestions
    completer: Completer
    pipeline: Pipeline | None = None
    recent: dict[str, str] = field(default_factory=dict)  # reply id -> question, where questions may be logged

    def open(self, pipeline: Pipeline) -> None:
        """Takes the pipeline into service after a question of its own first words has gone through every arm.

        Raises:
            NotReadyError: an arm found nothing for the words of a passage it holds.
        """
        reply = ask(pipeline, " ".join(pipeline.index.chunks[0].text.split()[:8]))
        if not any(hit.rank_dense for hit in reply.hits) or not any(hit.rank_lexical for hit in reply.hits):
            raise NotReadyError("an arm of retrieval finds nothing; build the index anew: python -m indexing")
        self.completer = self._complete(pipeline)
        self.pipeline = pipeline

    def ready(self) -> Pipeline:
        """The pipeline.

        Raises:
            NotReadyError: the index is not open yet.
        """
        if self.pipeline is None:
            raise NotReadyError("the index is being opened; ask again in a second")
        return self.pipeline

    def find(self, document_id: str) -> Document:
        """The document with this id.

        Raises:
            UnknownDocumentError: the index does not have it.
        """
        documents = self.ready().index.documents
        if document_id not in documents:
            raise UnknownDocumentError(f"document {document_id!r} is not in the index; /v1/documents lists them")
        return documents[document_id]

    def note(self, reply: Reply, address: str) -> None:
        """Counts a reply, remembers its question for feedback, offers it to others once enough of them have asked it.

        A question is remembered only where the log may hold questions, and until a thousand others came after it.
        """
        self.metrics.count_reply(reply)
        if self.settings.log_questions:
            self.recent[reply_id(reply, self.ready().index)] = reply.question
            if len(self.recent) > _REMEMBERED:
                self.recent.pop(next(iter(self.recent)))
        answered = reply.answer.outcome is Outcome.ANSWERED
        if answered and self.frequent.note(reply.question, reply.language.code, address):
            self.completer = self._complete(self.ready())

    def _complete(self, pipeline: Pipeline) -> Completer:
        file = self.settings.suggested_questions
        offered = [line.strip() for line in file.read_text("utf-8").splitlines() if line.strip()] if file else []
        questions = [(text, pipeline.detector.detect(text).code) for text in offered] + self.frequent.questions()
        documents = document_suggestions(pipeline.index.documents.values(), pipeline.index.chunks)
        return Completer([*(Suggestion(text, "question", code) for text, code in questions), *documents])


def make_state(settings: Settings) -> State:
    """The state of a service that has no index yet."""
    frequent = FrequentQuestions(settings.suggest_after)
    return State(settings, Metrics(), Worker(settings.queue), read_script(), frequent, Completer([]))
