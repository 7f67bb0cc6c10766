"""The steps of the training, in their order; each tells its figures."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import BertModel

from indexing.train import contrast, distil, examples, gloss, glossed, pairs, start, teach, vocabulary
from indexing.train.batches import Rows, by_length
from indexing.train.lessons import Lesson, draw_sentences
from indexing.train.lexicon import induce_lexicon, write_lexicon
from indexing.train.losses import Aim
from indexing.train.optimise import optimise
from indexing.train.reader import Reader, reading_losses, tokenise
from indexing.train.restore import restore_reader, restore_student
from indexing.train.student import Student, mean_of
from indexing.train.watch import hold_out, reciprocal_ranks
from indexing.train.work import Work

Figures = Mapping[str, Any]

START, CONTINUED, DISTILLED, CONTRASTED = "start.pt", "continued.pt", "distilled.pt", "contrasted.pt"
READ_BEFORE, READER = "reader-before.pt", "reader.pt"


def make_vocabulary(work: Work, teacher: Path) -> Figures:
    """tokenizer.json: the teacher's word pieces, and Norwegian ones after them."""
    settings, texts = work.recipe.vocabulary, work.texts()
    for pair in work.parallel() + work.norwegian():
        family = pairs.family(pair.source, work.recipe.sampling.families)
        texts[pair.left_language].setdefault(family, []).append(pair.left)
        texts[pair.right_language].setdefault(family, []).append(pair.right)
    drawn = {
        language: vocabulary.draw(list(by.values()), settings.most_words, seed=work.recipe.seed)
        for language, by in texts.items()
    }
    tokenizer, figures = vocabulary.extend_vocabulary(start.teacher_tokenizer(teacher), drawn, settings)
    tokenizer.save(str(work.folder / "tokenizer.json"), pretty=False)
    return {name: getattr(figures, name) for name in figures.__slots__}


def make_pairs(work: Work) -> Figures:
    """pairs.jsonl.gz: what is learnt from, translations and glosses; dictionaries.json: what glosses are made with."""
    recipe, translations = work.recipe, work.translations()
    english = [pair for pair in translations if pair.left_language == "en"]
    dictionaries = glossed.make_dictionaries(english, recipe.gloss.lexicon)
    sentences = {
        language: [
            sentence for lines in by.values() for sentence in draw_sentences(lines, recipe.gloss.sentences, recipe.seed)
        ]
        for language, by in work.texts().items()
    }
    made = glossed.gloss_pairs(sentences, dictionaries, known=recipe.gloss.known, seed=recipe.seed)
    seen = pairs.in_random_order(translations + made, seed=recipe.seed)[: recipe.sampling.pairs]
    work.save_pairs(seen)
    work.save_dictionaries(dictionaries)
    return {
        "pairs": len(seen),
        "families": pairs.family_shares(seen, recipe.sampling.families),
        "nynorsk": sum(pair.right_language == "nn" for pair in seen) / max(1, len(seen)),
    }


def make_start(work: Work, teacher: Path) -> Figures:
    """start.pt: the teacher with a row for each new piece, a mean of the rows of its translations."""
    tokenizer, teacher_tokenizer = work.tokenizer(), start.teacher_tokenizer(teacher)
    parallel = work.parallel()
    translations = start.align_pieces(
        [pair.right for pair in parallel], [pair.left for pair in parallel],
        tokenizer=tokenizer, teacher=teacher_tokenizer, settings=work.recipe.alignment,
    )  # fmt: skip
    body = BertModel.from_pretrained(teacher, add_pooling_layer=False)
    rows = body.embeddings.word_embeddings.weight.detach().numpy()
    rows = start.start_rows(rows, translations, tokenizer=tokenizer, teacher=teacher_tokenizer)
    work.save_start(start.start_body(body, rows), tokenizer, parallel)
    (work.folder / CONTINUED).unlink(missing_ok=True)
    return {"aligned_pieces": len(np.unique(translations.source)), "log_likelihoods": translations.log_likelihoods}


def go_on(work: Work, encoder: Path) -> Figures:
    """tokenizer.json and continued.pt from an encoder made before: in place of vocabulary and align.

    `distil` has one phase then, and where a reader lies beside the encoder, `reader` goes on from that.
    """
    student, reader_file = restore_student(encoder / "model.onnx"), encoder / "reader.onnx"
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    tokenizer.save(str(work.folder / "tokenizer.json"), pretty=False)
    work.save(student, CONTINUED)
    (work.folder / READ_BEFORE).unlink(missing_ok=True)  # of another encoder
    has_reader = reader_file.exists()
    if has_reader:
        work.save(restore_reader(reader_file), READ_BEFORE)
    return {"pieces": tokenizer.get_vocab_size(), "reader": has_reader}


def make_lexicon(work: Work) -> Figures:
    """lexicon.json: Norwegian stems to English ones, and back."""
    parallel = work.parallel()
    induced = induce_lexicon([pair.right for pair in parallel], [pair.left for pair in parallel], work.recipe.lexicon)
    size = write_lexicon(induced, work.folder / "lexicon.json")
    return {"norwegian": len(induced.to_english), "english": len(induced.to_norwegian), "bytes": size}


def make_teacher_vectors(work: Work, teacher: Path) -> Figures:
    """teacher.npy: what the texts of the pairs are held to."""
    seen = work.pairs()
    teach.teach(seen, teach.english_teacher(teacher), work.folder / "teacher.npy")
    return {"vectors": len(seen)}


def run_distil(work: Work, teacher: Path) -> Figures:
    """distilled.pt: the new rows alone first, then everything, then everything again from more pairs.

    An encoder that was made before is taken further in a phase of its own.
    """
    goes_on = _goes_on(work)
    student, tokenizer = work.student(CONTINUED if goes_on else START, "align"), work.tokenizer()
    sampling, seen, english = work.recipe.sampling, work.pairs(), work.teacher()
    kept_rows = start.teacher_tokenizer(teacher).get_vocab_size()
    work.note_trained("distil", (text for pair in seen for text in (pair.left, pair.right)))
    steps = {}
    for name in ("further",) if goes_on else ("rows", "all", "more"):
        phase = work.recipe.phases[name]
        drawn = seen[: phase.pairs]
        target = teach.with_student(drawn, english, student, tokenizer, longest=sampling.longest)
        places = pairs.seen_in(drawn, phase.times, phase.most, sampling.families)
        lessons = distil.make_lessons([drawn[i] for i in places], target[places], tokenizer, longest=sampling.longest)
        batches = by_length(lessons.lengths, phase.batch, seed=work.recipe.seed)[: phase.steps]
        losses = _distilling(work, student, lessons, tokenizer, one_side=phase.body_rate == 0)
        optimise(
            student, batches, losses, phase, checkpoint=work.folder / f"distil-{name}.pt",
            kept_rows=kept_rows,
        )  # fmt: skip
        steps[name] = len(batches)
    work.save(student, DISTILLED)
    return steps


def run_contrast(work: Work) -> Figures:
    """contrasted.pt: the weights that found the held out lessons best, by the worst of the four directions.

    They are the mean with those before, so that not all that distillation has aligned is given up for it; and, after
    `continue`, with those of the encoder that it went on from.
    """
    recipe = work.recipe
    student, tokenizer, phase = work.student(DISTILLED, "distil"), work.tokenizer(), recipe.phases["contrast"]
    held, lessons = hold_out(work.lessons(), recipe.lessons.held_out)
    work.note_trained("contrast", (text for lesson in lessons for text in lesson.texts))
    questions = contrast.make_questions(_gloss(work, lessons), tokenizer, longest=recipe.lessons.longest)
    asked = contrast.batches_of_neighbours(questions, contrast.mine(lessons), phase.batch, seed=recipe.seed)
    replayable, longest = work.pairs()[: phase.pairs], recipe.sampling.longest
    target = teach.with_student(replayable, work.teacher(), student, tokenizer, longest=longest)
    replay = distil.make_lessons(replayable, target, tokenizer, longest=longest)
    replayed = by_length(replay.lengths, recipe.lessons.replay, seed=recipe.seed + 1)
    aim = Aim(tokenizer, torch.from_numpy(distil.token_rarity(questions.passage, len(student.rows))), recipe.losses)
    distilling = _distilling(work, student, replay, tokenizer, one_side=False)

    def losses(task: tuple[Rows, Rows]) -> Mapping[str, Tensor]:
        return {**contrast.contrast_losses(student, questions, task[0], aim), **distilling(task[1])}

    def watch() -> Mapping[str, float]:
        return reciprocal_ranks(student, held, aim, longest=recipe.lessons.longest)

    tasks = [(rows, replayed[i % len(replayed)]) for i, rows in enumerate(asked[: phase.steps])]
    optimise(student, tasks, losses, phase, checkpoint=work.folder / "contrast.pt", watch=watch)
    student = mean_of(work.student(DISTILLED, "distil"), student, recipe.kept)  # what `watch` looks at from here on
    if _goes_on(work):
        student = mean_of(work.student(CONTINUED, "continue"), student, recipe.kept_further)
    work.save(student, CONTRASTED)
    return {"lessons": len(lessons), "steps": len(tasks), **watch()}


def run_reader(work: Work) -> Figures:
    """reader.pt: the contrasted body, taught to tell where in a passage the answer to a question is, or that it is not.

    Where `continue` left a reader, that one is taught further, and the mean of both is kept. The token embeddings stay
    the encoder's, so that both graphs can share them.
    """
    recipe, tokenizer, phase = work.recipe, work.tokenizer(), work.recipe.phases["reader"]
    student = work.student(CONTRASTED, "contrast")
    asked = work.examples(teach.encode_with(student, tokenizer, longest=recipe.examples.longest))
    work.note_trained("reader", (text for example in asked for text in (example.question, example.passage)))
    glossed = examples.gloss_examples(
        asked, work.dictionaries(), recipe.examples, share=recipe.gloss.share, seed=recipe.seed
    )
    read = tokenise(glossed, tokenizer, longest=recipe.examples.longest)
    batches = by_length([len(one.ids) for one in read], phase.batch, seed=recipe.seed)[: phase.steps]
    torch.manual_seed(recipe.seed)
    before = work.reader(READ_BEFORE)
    if before:
        before.rows.data.copy_(student.rows.data)
    reader = deepcopy(before) if before else Reader(student.body)
    optimise(
        reader,
        batches,
        lambda rows: reading_losses(reader, read, rows, tokenizer, masked=phase.masked),
        phase,
        checkpoint=work.folder / "reader-phase.pt",
    )
    work.save(mean_of(before, reader, recipe.kept_reader) if before else reader, READER)
    return {"examples": len(read), "answerable": sum(one.last > 0 for one in read), "steps": len(batches)}


def _goes_on(work: Work) -> bool:
    """Whether `continue` took the place of vocabulary and align."""
    return (work.folder / CONTINUED).exists()


def _distilling(
    work: Work, student: Student, lessons: distil.Lessons, tokenizer: Tokenizer, *, one_side: bool
) -> Callable[[Rows], Mapping[str, Tensor]]:
    rarity = torch.from_numpy(distil.token_rarity(lessons.left + lessons.right, len(student.rows)))
    aim = Aim(tokenizer, rarity, work.recipe.losses)
    losses = distil.row_losses if one_side else distil.distil_losses
    return lambda rows: losses(student, lessons, rows, aim)


def _gloss(work: Work, lessons: Sequence[Lesson]) -> list[Lesson]:
    dictionaries, share = work.dictionaries(), work.recipe.gloss.share
    random = np.random.default_rng(work.recipe.seed)
    return [
        gloss.gloss_lesson(lesson, dictionaries.to_norwegian, dictionaries.to_english, share, random)
        for lesson in lessons
    ]
