"""How long the exact best path takes."""

import time
from statistics import median

from rich.console import Console

from app.paths.domain.choice import choose
from tests.paths.builders import random_case

CASES = 100
MEDIAN_MS = 60
WORST_MS = 150


def time_solver(out: Console) -> None:
    """Solve 100 random cases of 200 modules in 60 courses; print what it took."""
    wall: list[float] = []
    processor: list[float] = []
    for number in range(CASES):
        gaps, units, budget = random_case(number)
        began, used = time.perf_counter(), time.process_time()
        choose(gaps, units, budget)
        wall.append((time.perf_counter() - began) * 1000)
        processor.append((time.process_time() - used) * 1000)
    out.print(
        f"best path, {CASES} cases of 200 modules, 60 courses, 19 competencies: median "
        f"{median(wall):.0f} ms (target {MEDIAN_MS}), 95 % within "
        f"{sorted(wall)[CASES * 95 // 100]:.0f} ms, worst {max(wall):.0f} ms (target "
        f"{WORST_MS}); processor time {median(processor):.0f} and "
        f"{max(processor):.0f} ms"
    )
