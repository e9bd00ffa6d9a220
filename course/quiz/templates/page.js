"use strict";
(() => {
  const quiz = JSON.parse(document.getElementById("quiz-data").textContent);
  const byId = (id) => document.getElementById(id);
  const form = (q) => byId(`q-${q.id}`);
  const NUMBER = /^[-+]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/;

  // --- The same rule as course/checks/answers.py; a test compares the two. ---

  function parseNumber(text) {
    const plain = String(text).trim().replace("−", "-");
    return NUMBER.test(plain) ? Number(plain.replaceAll(",", "")) : null;
  }

  function score(q, answer) {
    if (answer === null || answer === "") return 0;
    if (q.kind === "numeric") {
      const number = parseNumber(answer);
      const near = 1e-9 * Math.max(1, Math.abs(q.key), Math.abs(number));
      return number !== null && Math.abs(number - q.key) <= near ? 1 : 0;
    }
    const chosen = [...new Set(answer)];
    if (q.kind === "single") return answer === q.key ? 1 : 0;
    const right = chosen.filter((letter) => q.key.includes(letter)).length;
    const wrong = chosen.length - right;
    return Math.max(0, right / q.key.length - wrong / (q.letters.length - q.key.length));
  }

  // --- What is kept in the browser: for each question the answer and whether it was checked. ---

  const kept = Object.create(null);
  let canKeep = true;
  try {
    const old = JSON.parse(localStorage.getItem(quiz.storage) || "{}");
    for (const q of quiz.questions) {
      const entry = old === null ? null : old[q.id];
      if (entry && typeof entry.answer === "string") {
        kept[q.id] = { answer: entry.answer, checked: entry.checked === true };
      }
    }
    localStorage.setItem(quiz.storage, JSON.stringify(kept));
  } catch {
    canKeep = false;
  }

  function keep() {
    try {
      localStorage.setItem(quiz.storage, JSON.stringify(kept));
    } catch {
      canKeep = false;
    }
  }

  // --- One question ---

  const inputs = (q) => [...form(q).querySelectorAll("input")];

  function read(q) {
    if (q.kind === "numeric") return inputs(q)[0].value.trim();
    return inputs(q).filter((input) => input.checked).map((input) => input.value).join("");
  }

  function write(q, answer) {
    for (const input of inputs(q)) {
      if (q.kind === "numeric") input.value = answer;
      else input.checked = answer.includes(input.value);
    }
  }

  // Explanations are HTML that was made, and escaped, when the page was written.
  function box(element, good, verdict, html) {
    element.className = `${element.className.split(" ")[0]} ${good ? "right" : "wrong"}`;
    element.innerHTML = `<p><span class="verdict"></span></p>${html}`;
    element.querySelector(".verdict").textContent = verdict;
    element.hidden = false;
  }

  function verdict(q, share) {
    const points = `${plain(share * q.points)} of ${plain(q.points)} points.`;
    if (share === 1) return `✓ Right. ${points}`;
    return share > 0 ? `✗ Partly right. ${points}` : `✗ Not right. ${points}`;
  }

  function feedback(q, answer, share) {
    if (q.kind !== "numeric") return "";
    const number = parseNumber(answer);
    const known = q.mistakes.filter((mistake) => mistake.value === number);
    return known.map((mistake) => mistake.html).join("") + q.html;
  }

  function show(q) {
    const entry = kept[q.id];
    const answer = entry ? entry.answer : "";
    write(q, answer);
    const checked = Boolean(entry && entry.checked);
    for (const input of inputs(q)) input.disabled = checked;
    form(q).querySelector("button").firstChild.data = checked ? "Try again" : "Check answer";
    const result = byId(`q-${q.id}-result`);
    if (!checked) {
      result.className = "result";
      result.textContent = "";
      for (const why of form(q).querySelectorAll(".why")) why.hidden = true;
      return;
    }
    const share = score(q, answer);
    for (const option of q.options) {
      const chosen = answer.includes(option.letter) ? " (your answer)" : "";
      const sign = option.right ? "✓ A right option" : "✗ A wrong option";
      box(byId(`q-${q.id}-${option.letter}-why`), option.right, sign + chosen, option.html);
    }
    const again = share < 1 ? `<p>Read again: ${q.section}</p>` : "";
    box(result, share === 1, verdict(q, share), feedback(q, answer, share) + again);
  }

  function ask(q, message) {
    const result = byId(`q-${q.id}-result`);
    result.className = "result wrong";
    result.textContent = message;
    inputs(q)[0].focus();
  }

  function submit(q) {
    if (kept[q.id] && kept[q.id].checked) {
      delete kept[q.id];
      keep();
      show(q);
      summarize();
      inputs(q)[0].focus();
      return;
    }
    const answer = read(q);
    if (q.kind === "numeric" && parseNumber(answer) === null) {
      ask(q, "Write a number, such as 26 or 243,786.");
    } else if (!answer) {
      ask(q, "Choose an option first.");
    } else {
      kept[q.id] = { answer, checked: true };
      keep();
      show(q);
      summarize();
    }
  }

  // --- The score ---

  const plain = (points) => String(Math.round(points * 100) / 100);
  const isChecked = (q) => Boolean(kept[q.id] && kept[q.id].checked);
  const earned = (q) => (isChecked(q) ? q.points * score(q, kept[q.id].answer) : 0);
  const sum = (questions, value) => questions.reduce((total, q) => total + value(q), 0);

  function summarize() {
    const all = quiz.questions;
    const done = all.filter(isChecked);
    const answered = `${done.length} of ${all.length} answered`;
    const points = `${plain(sum(all, earned))} of ${plain(sum(all, (q) => q.points))} points`;
    byId("progress").textContent = `${answered}, ${points}`;
    byId("total").textContent = `${points}; ${answered}.`
      + (canKeep ? "" : " This browser does not keep your answers.");
    byId("topics").replaceChildren(...quiz.topics.map((topic) => row(topic)));
    const missed = done.filter((q) => earned(q) < q.points);
    const sections = [...new Set(missed.map((q) => q.section))];
    byId("again").innerHTML = sections.length
      ? `<h3>Read again</h3><ul>${sections.map((html) => `<li>${html}</li>`).join("")}</ul>`
      : "";
  }

  function row(topic) {
    const asked = quiz.questions.filter((q) => q.topic === topic);
    const line = document.createElement("tr");
    const title = document.createElement("th");
    title.scope = "row";
    title.textContent = topic;
    line.append(title);
    for (const text of [
      `${asked.filter(isChecked).length} of ${asked.length}`,
      `${plain(sum(asked, earned))} of ${plain(sum(asked, (q) => q.points))}`,
    ]) {
      const cell = document.createElement("td");
      cell.textContent = text;
      line.append(cell);
    }
    return line;
  }

  function reset(questions, message) {
    for (const q of questions) {
      delete kept[q.id];
      show(q);
    }
    keep();
    summarize();
    byId("done").textContent = message;
    if (questions.length) inputs(questions[0])[0].focus();
  }

  for (const q of quiz.questions) {
    form(q).addEventListener("submit", (event) => {
      event.preventDefault();
      submit(q);
    });
    form(q).addEventListener("input", () => {
      kept[q.id] = { answer: read(q), checked: false };
      keep();
    });
    show(q);
  }
  byId("retry").addEventListener("click", () => {
    const wrong = quiz.questions.filter((q) => isChecked(q) && earned(q) < q.points);
    reset(wrong, wrong.length ? `${wrong.length} to answer again.` : "Nothing was wrong.");
  });
  byId("restart").addEventListener("click", () => reset(quiz.questions, "All answers removed."));
  byId("print").addEventListener("click", () => window.print());
  summarize();
  window.convpoolQuiz = { questions: quiz.questions, score };
})();
