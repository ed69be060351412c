// What pages can do without is here alone: a key that leads to the search, buttons that copy, and ticking many rows at once.
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    const field = document.getElementById("find");
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  }
});

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
  });
}

// Shift ticks all rows from the one before; how many are ticked stands beside what can be done to them.
let tickedLast = null;
document.addEventListener("click", (event) => {
  const box = event.target;
  if (!(box instanceof HTMLInputElement) || box.getAttribute("form") !== "several") {
    return;
  }
  const all = [...document.querySelectorAll('input[form="several"]')];
  const from = all.indexOf(tickedLast);
  if (event.shiftKey && from >= 0) {
    const to = all.indexOf(box);
    for (const between of all.slice(Math.min(from, to), Math.max(from, to) + 1)) {
      between.checked = box.checked;
    }
  }
  tickedLast = box;
  const count = all.filter((one) => one.checked).length;
  document.querySelector("[data-ticked]").textContent = count === 0 ? "Tick rows, then:" : `${count} ticked:`;
});
