(function () {
  "use strict";
  var body = document.querySelector("#table tbody");
  var rows = Array.from(body.rows);
  var search = document.getElementById("search");
  var found = document.getElementById("found");
  var nothing = document.getElementById("nothing");
  var headers = Array.from(document.querySelectorAll("#table thead th"));

  function plain(text) { return text.toLowerCase().replace(/ё/g, "е").trim(); }
  function filter() {
    var words = plain(search.value).split(/\s+/);
    var shown = 0;
    rows.forEach(function (row) {
      var title = plain(row.dataset.title);
      var fits = words.every(function (word) { return title.includes(word); });
      row.hidden = !fits;
      if (fits) shown += 1;
    });
    found.textContent = search.value.trim() ? "Найдено: " + shown + " из " + rows.length : "";
    nothing.hidden = shown > 0;
  }
  function sort(header) {
    var key = header.querySelector("button").dataset.key;
    var now = header.getAttribute("aria-sort");
    // Names start from «А», numbers from the largest; a second press turns the order.
    var rising = now ? now !== "ascending" : key === "title";
    headers.forEach(function (other) { other.removeAttribute("aria-sort"); });
    header.setAttribute("aria-sort", rising ? "ascending" : "descending");
    rows.sort(function (a, b) {
      var names = a.dataset.title.localeCompare(b.dataset.title, "ru");
      var by = key === "title" ? names : Number(a.dataset[key]) - Number(b.dataset[key]);
      return (rising ? by : -by) || names;
    });
    rows.forEach(function (row) { body.appendChild(row); });
  }
  search.addEventListener("input", filter);
  headers.forEach(function (header) {
    var button = header.querySelector("button");
    if (button) button.addEventListener("click", function () { sort(header); });
  });
  filter(); // a browser keeps the text of the field when one comes back
})();
