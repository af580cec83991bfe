# SPDX-License-Identifier: BSD-2-Clause
"""Budgets, and results as text."""
import micro as micro_ways
import tracers


def row_of(rows, way):
    return next((row for row in rows if row["way"] == way and "unusable" not in row), {})


def budget(what, value, limit, at_least=False):
    if value is None:
        return []
    return [{"what": what, "value": value, "limit": limit, "at_least": at_least,
             "met": value >= limit if at_least else value <= limit}]


def budgets(result):
    """What whittle has promised itself, as far as it was measured."""
    found = []
    micro = result.get("micro")
    if micro:
        for way, limit in (("whittle, a call outside", 1.20), (micro_ways.TRACED, 1.25), (micro_ways.ARGS_OTHER, 1.25),
                           (micro_ways.ARGS_KNOWN, 1.80),
                           *((micro_ways.MANY_TARGETS.format(targets), 1.45) for targets in micro_ways.TARGETS)):
            found += budget(f"{way}, of the floor", row_of(micro["rows"], way)["of_floor"], limit)
    for server, rows in result.get("servers", {}).items():
        row = row_of(rows, tracers.WHITTLE)
        found += budget(f"{server}: throughput of the floor's{noise(row)}", row.get("of_floor"), 0.98, True)
    recorder = result.get("recorder")
    if recorder:
        peak, programs = recorder["peak_kib"], recorder["programs"]
        one, many = [name for name in programs if name != "floor"]
        found += budget("peak memory over the floor's loader, MiB", round((peak[one] - peak["floor"]) / 1024, 2), 3)
        found += budget("start to attached, median, ms", recorder["start_ms"][one], 60)
        found += budget("programs loaded more for 100 targets than for one", programs[many] - programs[one], 0)
        found += budget("wake-ups of an idle recorder", recorder["idle_wake_ups"], 0)
    return found


def unusable(row):
    return f"{row['way']:38} NOT MEASURED: {row['unusable']}"


def saw(row):
    """A tracer that is cheap because it misses calls should not look good."""
    share = row.get("saw")
    return f"   SAW ONLY {share:.0%}" if share is not None and share < 0.995 else ""


def micro_text(micro):
    yield f"a loop of getppid, untraced {micro['untraced_ns']:.1f} ns a call; what each way adds to that, the median of its rounds (quartiles)"
    yield f"{'way':42} {'ns a call':>10} {'of the floor':>13} {'':15} {'of untraced':>12} {'rounds':>7}"
    for row in micro["rows"]:
        if "unusable" in row:
            yield unusable(row)
            continue
        low, high = row["of_floor_quartiles"]
        yield (f"{row['way']:42} {row['ns']:10.1f} {row['of_floor']:13.2f} {f'({low:.2f}-{high:.2f})':15} "
               f"{row['of_untraced']:12.2f} {row['rounds']:7}{saw(row)}")


def crowd_text(crowd):
    yield "processes on one CPU that take turns, nanoseconds a call, turns included: the best of each way's rounds"
    for name, best in crowd.items():
        base = best[tracers.UNTRACED]
        yield f"{name}: " + ", ".join(f"{way} {ns:.0f} ({ns / base:.2f})" for way, ns in best.items())


def server_text(server, rows):
    yield f"{server}: throughput, the median of the ratios in each round (quartiles); CPU is the server's own a request"
    yield f"{'way':38} {'of untraced':>12} {'of the floor':>13} {'':15} {'CPU of untraced':>16} {'of floor':>9} {'rounds':>7}"
    for row in rows:
        if "unusable" in row:
            yield unusable(row)
            continue
        low, high = row["of_floor_quartiles"]
        yield (f"{row['way']:38} {row['of_untraced']:12.3f} {row['of_floor']:13.3f} {f'({low:.3f}-{high:.3f})':15} "
               f"{row['cpu_of_untraced']:16.3f} {row['cpu_of_floor']:9.3f} {row['rounds']:7}"
               f"{saw(row)}{noise(row)}{failed(row)}")


def noise(row):
    return "" if row.get("quiet") else ", NOISY: other work ran beside it"


def failed(row):
    return f"   THEN FAILED: {row['failed']}" if "failed" in row else ""


def recorder_text(recorder):
    yield f"the recorder: median (best) of {recorder['starts']} starts"
    yield f"{'':20} {'start to attached, ms':>22} {'programs':>9} {'peak memory, MiB':>17}"
    for name, took in recorder["start_ms"].items():
        times = f"{took} ({recorder['best_start_ms'][name]})"
        yield f"{name:20} {times:>22} {recorder['programs'][name]:9} {recorder['peak_kib'][name] / 1024:17.2f}"
    yield f"wake-ups in {recorder['idle_seconds']} idle seconds: {recorder['idle_wake_ups']}"


def budget_text(found):
    yield "budgets"
    for row in found:
        sign = ">=" if row["at_least"] else "<="
        yield f"{'met' if row['met'] else 'NOT MET':8} {row['what']}: {row['value']} ({sign} {row['limit']})"


def text(result):
    lines = [f"kernel {result['kernel']}, {result['machine']}, {result['cpus']} CPUs"]
    if "micro" in result:
        lines += ["", *micro_text(result["micro"])]
    if "crowd" in result:
        lines += ["", *crowd_text(result["crowd"])]
    for server, rows in result.get("servers", {}).items():
        lines += ["", *server_text(server, rows)]
    if "recorder" in result:
        lines += ["", *recorder_text(result["recorder"])]
    return "\n".join(lines + ["", *budget_text(result["budgets"])])
