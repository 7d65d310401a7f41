// On paper figures take the width of the page.
(() => {
  if (window.shnorPrint) return;
  window.shnorPrint = true;
  const PAPER = 686; // px of A4 between its margins
  // Flows are redrawn bit by bit: on paper they would be half drawn, so they are only made smaller.
  const flows = (plot) => (plot.data ?? []).some((trace) => trace.type === "sankey");
  const resize = (paper) => {
    document.querySelectorAll(".js-plotly-plot").forEach((plot) => {
      if (flows(plot)) plot.style.zoom = paper ? String(Math.min(1, PAPER / plot.offsetWidth)) : "";
      else window.Plotly.Plots.resize(plot);
    });
  };
  window.addEventListener("beforeprint", () => resize(true));
  window.addEventListener("afterprint", () => resize(false));
})();
