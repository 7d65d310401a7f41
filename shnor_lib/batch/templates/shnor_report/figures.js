(function () {
  "use strict";
  var PAPER = 880; // px: drawn so wide that titles fit, then made smaller by report.css to the width of A4
  var ZOOM = 0.78; // that of report.css
  function draw(figure) {
    var plot = figure.querySelector(".report-plot");
    var content = JSON.parse(figure.querySelector("script").textContent);
    delete content.layout.width; // the page decides how wide a figure is
    content.layout.autosize = true;
    var config = Object.assign({ displaylogo: false }, content.config, { responsive: true });
    return Plotly.newPlot(plot, content.data, content.layout, config);
  }
  function resize(width) {
    document.querySelectorAll(".report-plot").forEach(function (plot) {
      // Flows are redrawn bit by bit: on paper they would be half drawn, so they are only made smaller.
      if ((plot.data || []).some(function (trace) { return trace.type === "sankey"; })) {
        plot.style.zoom = width ? String((ZOOM * width) / plot.offsetWidth) : "";
        return;
      }
      Plotly.relayout(plot, width ? { width: width, autosize: false } : { width: null, autosize: true });
    });
  }
  function start() {
    var figures = Array.from(document.querySelectorAll(".report-figure"));
    if (!window.Plotly) {
      figures.forEach(function (figure) {
        figure.style.minHeight = "0";
        figure.querySelector(".report-plot").textContent =
          "Рисунок не показан: страница открыта отдельно от папки отчётов (нет файла assets/plotly.min.js).";
      });
      return;
    }
    Promise.all(figures.map(draw)).then(function () {
      document.documentElement.classList.add("shnor-drawn");
    });
    window.addEventListener("beforeprint", function () { resize(PAPER); });
    window.addEventListener("afterprint", function () { resize(null); });
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
