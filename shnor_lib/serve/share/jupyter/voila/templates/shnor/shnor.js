(function () {
  "use strict";
  var lookAgain = 60000; // ms between two looks whether the kernel still lives

  window.voila_process = window.update_loading_text = function (index, count, text) {
    var bar = document.getElementById("shnor-progress");
    var words = document.getElementById("loading_text");
    if (bar && count) bar.style.width = Math.round(8 + 92 * index / count) + "%";
    if (words) words.textContent = "Готовим страницу: раздел " + index + " из " + count;
  };

  // The choice lives in the address of the page; links to other pages take it along.
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[data-keep]");
    if (!link) return;
    var here = new URLSearchParams(location.search);
    var keep = new URLSearchParams();
    ["municipality", "year"].forEach(function (name) {
      if (here.get(name)) keep.set(name, here.get(name));
    });
    link.search = keep.toString();
  }, true);

  function drawWidget(manager, place) {
    return manager.get_model(place.dataset.widget)
      .then(function (model) { return manager.create_view(model); })
      .then(function (view) {
        var widget = view.luminoWidget || view.pWidget;
        widget.constructor.attach(widget, place);
        return new Promise(function (next) { setTimeout(next); }); // let the browser paint what there is
      })
      .catch(function (error) {
        console.error(error);
        place.textContent = "Раздел не показан. Обновите страницу.";
      });
  }
  (function drawWidgets() {
    var manager = window.jupyterapp && window.jupyterapp.widgetManager;
    if (!manager || !manager.restoredStatus) { setTimeout(drawWidgets, 50); return; }
    Array.from(document.querySelectorAll("[data-widget]")).reduce(function (before, place) {
      return before.then(function () { return drawWidget(manager, place); });
    }, Promise.resolve());
  })();

  // An idle kernel is ended by the server; a page without one looks alive and answers nothing.
  var watching = setInterval(function () {
    var facts = document.getElementById("jupyter-config-data");
    if (!facts) return;
    var page = JSON.parse(facts.textContent);
    fetch(page.baseUrl + "api/kernels/" + page.kernelId).then(function (answer) {
      if (answer.status !== 404) return;
      document.getElementById("shnor-lost").hidden = false;
      clearInterval(watching);
    }).catch(function () {});
  }, lookAgain);
})();
