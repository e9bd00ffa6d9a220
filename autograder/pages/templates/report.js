// Lets a reader sort the tables; without JavaScript they are in their first order.
"use strict";
function valueOf(row, column) {
  const text = row.cells[column].textContent.trim().replace(/\u2212/g, "-").replace(/,(?=\d{3})/g, "");
  const number = parseFloat(text);
  return { text, number: /^[-+]?[\d.]/.test(text) && !Number.isNaN(number) ? number : null };
}
function compare(a, b) {
  if (a.number !== null && b.number !== null) return a.number - b.number;
  if (a.number !== null || b.number !== null) return a.number !== null ? 1 : -1;
  return a.text.localeCompare(b.text);
}
function sort(table, column, header) {
  const falling = header.getAttribute("aria-sort") === "ascending" ||
    (header.classList.contains("number") && header.getAttribute("aria-sort") !== "descending");
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", falling ? "descending" : "ascending");
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => (falling ? -1 : 1) * compare(valueOf(a, column), valueOf(b, column)));
  table.tBodies[0].append(...rows);
}
for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((header, column) => {
    if (header.querySelector(".unseen")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => sort(table, column, header));
  });
}
