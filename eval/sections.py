"""What stands in the report of a run: sections of paragraphs, plots and tables, whatever was measured; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from eval.charts import direction_curves, direction_map, recall_curves, reliability_plot, risk_coverage_plot, step_bars
from eval.compare import compare
from eval.measured import ALL, Measured, grouped, mean
from eval.pieces import Section, Table, numbers
from eval.question_sections import changes, failures, ranks
from eval.statistics import bootstrap_interval

_SIDE_BY_SIDE = {"retrieval": ("recall@5", "ndcg@10"), "reading": ("sentence", "f1")}


def make_sections(measured: Measured, base: Mapping[str, Any] | None, broken: Sequence[str]) -> list[Section]:
    """The sections of the report; those for which nothing was measured are left out."""
    result, rows = measured.result, measured.rows
    return [
        _header(result, broken),
        _headline(result, base),
        *_systems(result),
        *ranks(rows),
        *_answers(result),
        *_bias(result),
        *_latency(result),
        *failures(rows),
        *changes(result, rows, base),
    ]


def _header(result: Mapping[str, Any], broken: Sequence[str]) -> Section:
    environment, dataset = result["environment"], result["dataset"]
    index = environment["index"]
    facts = {
        "command": result["command"],
        "data": f"{dataset['name']}, {dataset['split']}, {dataset['questions']} questions, sha256 {dataset['digest']}",
        "commit": f"{environment['commit']}{' with local changes' if environment['dirty'] else ''}",
        "encoder": f"{index['encoder']['name']}, weights {index['encoder']['weights_hash']}" if index else "-",
        "index": f"{index['documents']} documents, {index['chunks']} passages, corpus {index['corpus']}"
        if index
        else "-",
        "machine": f"{environment['machine']}, Python {environment['python']}",
        "duration": f"{result['seconds']:.0f} s, at most {result['peak_memory_mb']:.0f} MB of memory",
        "index in memory": ", ".join(f"{name} {mb:.1f} MB" for name, mb in result["index_mb"].items()) or "-",
    }
    gates = [f"{line[0].upper()}{line[1:]}." for line in broken] or (
        ["No gate is broken."] if result["kind"] == "questions" else []
    )
    return Section("What was measured", gates, tables=[Table(["what", "value"], [[k, v] for k, v in facts.items()])])


def _headline(result: Mapping[str, Any], base: Mapping[str, Any] | None) -> Section:
    """Each compared measure in each direction, with its interval, and what changed against the base."""
    if base:
        header = ["measure", "direction", "n", "base", "now", "difference", "95 % interval", "p (Holm)", "verdict"]
        rows = [
            [d.measure, d.direction, str(d.n), f"{d.base:.3f}", f"{d.new:.3f}", f"{d.new - d.base:+.3f}",
             f"{d.low:+.3f} … {d.high:+.3f}", f"{d.p:.4f}", d.verdict.value]
            for d in compare(base, result)
        ]  # fmt: skip
        return Section("Headline", ["Against the earlier result, paired by question."], tables=[Table(header, rows)])
    rows = []
    for name in result["measures"]:
        members = [(tuple(row["directions"]), row[name]) for row in result["per_query"].values() if name in row]
        for direction, values in grouped(members).items():
            low, high = bootstrap_interval(values)
            rows.append([name, direction, str(len(values)), f"{mean(values):.3f}", f"{low:.3f} … {high:.3f}"])
    header = ["measure", "direction", "n", "mean", "95 % interval"]
    return Section("Headline", ["Means over questions with bootstrap intervals."], tables=[Table(header, rows)])


def _systems(result: Mapping[str, Any]) -> list[Section]:
    found = []
    for part, title in (("retrieval", "Passages found"), ("reading", "Answers found")):
        if part in result:
            tables = [numbers(system, "direction", table) for system, table in result[part].items()]
            beside = [_side_by_side(name, result[part]) for name in _SIDE_BY_SIDE[part]]
            found.append(Section(title, [_MEANING[part]], direction_map(result[part]), [*beside, *tables]))
    if "bitext" in result:
        found.append(
            Section("Translations found", [_MEANING["bitext"]], tables=[numbers("", "encoder", result["bitext"])])
        )
    if "curves" in result:
        found.append(_recall(result["curves"]))
    return found


def _recall(curves: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Section:
    first, directions = next(iter(curves.items()))
    systems = {system: table[ALL] for system, table in curves.items()}
    told = ["Share of what is relevant among the first k."]
    plots = [recall_curves(systems, by="system"), *direction_curves(first, directions)]
    tables = [numbers("By system", "system", systems), numbers(f"By direction, {first}", "direction", directions)]
    return Section("Recall by depth", told, plots, tables)


def _side_by_side(name: str, systems: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Table:
    """One measure of every system, a row for each direction."""
    first = next(iter(systems.values()))
    rows = [[d, f"{first[d]['n']:.0f}", *(f"{table[d][name]:.3f}" for table in systems.values())] for d in first]
    return Table(["direction", "n", *systems], rows, f"{name} side by side")


def _answers(result: Mapping[str, Any]) -> list[Section]:
    found = []
    if "answers" in result:
        citations = result["citations"]
        told = f"Citations exact to the character: {citations['exact']:.1%} of {citations['n']}."
        found.append(
            Section("Answers", [_MEANING["answers"], told], tables=[numbers("", "direction", result["answers"])])
        )
    if result.get("abstention"):
        found.append(Section("Questions without an answer", [], tables=[numbers("", "kind", result["abstention"])]))
    calibration = result.get("calibration", {})
    by_way = {"": calibration} if "reliability" in calibration else calibration  # of reading: one for each way
    return found + [_confidence(way, measured) for way, measured in by_way.items()]


def _confidence(way: str, calibration: Mapping[str, Any]) -> Section:
    single = {k: v for k, v in calibration.items() if isinstance(v, float)}
    curve = calibration["risk-coverage"]
    steps = [curve[round(i * (len(curve) - 1) / 10)] for i in range(11)]
    tables = [
        Table(list(single), [[f"{v:.3f}" for v in single.values()]]),
        numbers("Reliability", "bin", {str(i): b for i, b in enumerate(calibration["reliability"], start=1)}),
        Table(["coverage", "risk"], [[f"{c:.3f}", f"{r:.3f}"] for c, r in steps], "Risk and coverage"),
    ]
    plots = [risk_coverage_plot(curve, calibration["chosen"]), reliability_plot(calibration["reliability"])]
    return Section(f"Confidence, {way}" if way else "Confidence", [_MEANING["calibration"]], plots, tables)


def _bias(result: Mapping[str, Any]) -> list[Section]:
    return (
        [Section("Language bias", [_MEANING["bias"]], tables=[numbers("", "questions in", result["bias"])])]
        if result.get("bias")
        else []
    )


def _latency(result: Mapping[str, Any]) -> list[Section]:
    if "latency_ms" not in result:
        return []
    steps = result["latency_ms"]
    return [
        Section("Time", ["Milliseconds, one question at a time."], [step_bars(steps)], [numbers("", "step", steps)])
    ]


_MEANING = {
    "retrieval": "Directions are question language -> passage language. A passage counts when it holds half or more of "
    "the evidence; in a BEIR folder, when its text is judged relevant.",
    "reading": "isolated: its own context given; integrated: all contexts searched. The columns ending in -said count "
    "an answer the service would have withheld as saying nothing.",
    "bitext": "Share of sentences whose nearest neighbour among all sentences of the other side is their translation.",
    "answers": "Shares of the answerable questions: answered and right, answered and wrong, not answered; precision is "
    "the share right of those answered; best-sentence is right, were the best sentence always said.",
    "calibration": "ece: mean distance of confidence and share right; auroc: chance that a right sentence has more "
    "confidence than a wrong one; risk: share wrong of those answered; coverage: share answered.",
    "bias": "share: of the first five in the question's language; over-corpus, over-relevant: that less its share in "
    "the corpus and among the relevant; score-offset: score of the same passage for its own language less the twin's; "
    "preference: of passages in both languages, how often its own comes first (0.5 is neutral).",
}
