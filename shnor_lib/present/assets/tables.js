// Sorting and search of all tables of the page: one listener each, however often tables are drawn anew.
(() => {
  if (window.shnorTables) return;
  window.shnorTables = true;
  const collator = new Intl.Collator("ru", { numeric: true });
  const keyOf = (row, index) => {
    const cell = row.cells[index];
    return cell && cell.dataset.key !== undefined ? cell.dataset.key : null;
  };
  const compare = (a, b) => {
    if (a === null || b === null) return (a === null) - (b === null);
    const x = Number(a), y = Number(b);
    return Number.isNaN(x) || Number.isNaN(y) ? collator.compare(a, b) : x - y;
  };
  const sort = (head) => {
    const table = head.closest("table");
    const index = head.cellIndex;
    const down = head.getAttribute("aria-sort") === "ascending";
    table.querySelectorAll("th").forEach((other) => other.setAttribute("aria-sort", "none"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = [...body.rows];
    rows.sort((a, b) => {
      const x = keyOf(a, index), y = keyOf(b, index);
      if (x === null || y === null) return compare(x, y); // missing last, in both directions
      return down ? compare(y, x) : compare(x, y);
    });
    body.append(...rows);
  };
  const filter = (input) => {
    const frame = input.closest(".shnor-frame");
    const wanted = input.value.trim().toLocaleLowerCase("ru").split(/\s+/).filter(Boolean);
    let shown = 0, total = 0;
    for (const row of frame.querySelector("tbody").rows) {
      const words = row.textContent.toLocaleLowerCase("ru");
      const fits = wanted.every((word) => words.includes(word));
      row.hidden = !fits;
      total += 1;
      shown += fits;
    }
    const found = frame.querySelector(".shnor-found");
    if (found) found.textContent = wanted.length ? `найдено ${shown} из ${total}` : "";
  };
  document.addEventListener("click", (event) => {
    const head = event.target.closest && event.target.closest(".shnor-table th");
    if (head) sort(head);
  });
  document.addEventListener("keydown", (event) => {
    const head = event.target.closest && event.target.closest(".shnor-table th");
    if (head && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      sort(head);
    }
  });
  document.addEventListener("input", (event) => {
    if (event.target.closest && event.target.closest(".shnor-search")) filter(event.target);
  });
})();
