"use strict";
// Search, filter and sort of the class's tables. The page says all that it says without this, too.
{
  const tables = [...document.querySelectorAll("table.students")];
  const search = document.getElementById("search");
  const only = document.getElementById("only");
  const said = document.getElementById("said");

  // Without accents and capitals: "muller" finds Müller.
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  // Every table has the same students in the same order, which is that of the names.
  const bodies = tables.map((table) => [...table.tBodies[0].rows]);
  const students = bodies[0].map((row, place) => ({
    place,
    rows: bodies.map((rows) => rows[place]),
    name: plain(row.cells[0].textContent),
    filters: ["", ...row.dataset.filters.split(" ")],
    shown: true,
  }));
  let order = students;
  let printing = false;

  // A folded table is brought up to date when it is unfolded or printed.
  const arrange = (table, place) => {
    const fold = table.closest("details");
    if (fold && !fold.open && !printing) return;
    for (const student of students) student.rows[place].hidden = !student.shown;
    if (table.order !== order) table.tBodies[0].append(...order.map((student) => student.rows[place]));
    table.order = order;
  };

  const filter = () => {
    const words = plain(search.value).split(/\s+/);
    for (const student of students) {
      student.shown = student.filters.includes(only.value) && words.every((word) => student.name.includes(word));
    }
    said.textContent = `${students.filter((student) => student.shown).length} of ${students.length} students shown`;
    tables.forEach(arrange);
  };

  // A number where the cell begins with one, else its words; undefined where there is nothing to compare.
  const value = (cell) => {
    if (cell.classList.contains("none")) return undefined;
    const text = cell.dataset.value ?? cell.textContent.trim();
    const number = parseFloat(text);
    return Number.isNaN(number) ? text : number;
  };

  const sort = (heading, place) => {
    const way = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    const column = heading.cellIndex;
    const key = (student) => (column ? value(student.rows[place].cells[column]) : student.place);
    const keyed = students.map((student) => ({ student, key: key(student) }));
    keyed.sort((one, other) => {
      if (one.key === other.key) return one.student.place - other.student.place;
      if (one.key === undefined) return 1; // last both ways
      if (other.key === undefined) return -1;
      return way * (one.key < other.key ? -1 : 1);
    });
    order = keyed.map((one) => one.student);
    tables.forEach(arrange);
    for (const old of document.querySelectorAll("[aria-sort]")) old.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", way === 1 ? "ascending" : "descending");
  };

  tables.forEach((table, place) => {
    table.order = order;
    table.closest("details")?.addEventListener("toggle", () => arrange(table, place));
    for (const heading of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(heading, place));
      heading.append(button);
    }
  });
  search.addEventListener("input", filter);
  only.addEventListener("change", filter);
  addEventListener("beforeprint", () => {
    printing = true;
    tables.forEach(arrange);
    printing = false;
  });
  document.getElementById("tools").hidden = false;
  filter(); // a reload may keep what was typed
}
