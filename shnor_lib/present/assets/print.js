// On paper figures take the width of the page.
(() => {
  if (window.shnorPrint) return;
  window.shnorPrint = true;
  const resize = () => {
    document.querySelectorAll(".js-plotly-plot").forEach((plot) => window.Plotly.Plots.resize(plot));
  };
  window.addEventListener("beforeprint", resize);
  window.addEventListener("afterprint", resize);
})();
