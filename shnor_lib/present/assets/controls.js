// The bar of controls. One element, one connection to the kernel:
//   page → kernel: {kind: "hello" | "choose" | "download"}
//   kernel → page: {kind: "ready" | "done" | "file" | "plotly" | "failed"}
// Sections are first shown as ordinary outputs. When the choice changes, "done" brings all of them anew and they
// are drawn into the empty marker that stands before each section's first outputs, which are then hidden.
// A message sent before the kernel listens is lost, therefore "hello" is repeated until it is answered; only
// then the bar becomes enabled and carries the class shnor-ready.
function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// plotly.js as the notebook's own renderer has loaded it; null where that renderer has not drawn anything yet.
async function loadedPlotly() {
  if (window.Plotly) return window.Plotly;
  try {
    const factory = await window._JUPYTERLAB["jupyterlab-plotly"].get("./mimeExtension");
    return factory().RenderedPlotly.Plotly;
  } catch {
    return null;
  }
}

function render({ model, el }) {
  const bar = element("div", { className: "shnor-controls" });
  // JupyterLab takes Enter and letters for its own shortcuts unless told not to.
  bar.dataset.lmSuppressShortcuts = "true";
  const id = `shnor-list-${Math.random().toString(36).slice(2)}`;
  const place = element("input", {
    type: "text", name: "municipality", autocomplete: "off", disabled: true, spellcheck: false,
  });
  place.setAttribute("list", id);
  const places = element("datalist", { id });
  const year = element("select", { name: "year", disabled: true });
  const threshold = element("input", {
    type: "range", name: "threshold", min: 10, max: 60, step: 5, disabled: true,
  });
  const shown = element("output");
  const reset = element("button", { type: "button", name: "reset", textContent: "Весь регион", disabled: true });
  const save = element("button", {
    type: "button", name: "download", className: "shnor-primary", textContent: "Скачать таблицы (XLSX)",
    disabled: true,
  });
  const state = element("div", { className: "shnor-state", role: "status" });
  state.setAttribute("aria-live", "polite");
  const limit = element("label", {}, element("span", {}, "Порог: ", shown), threshold);
  // Other settings of the method that can be tried; the kernel says which values there are.
  const trials = [
    ["min_participants", "Наименьшее число участников"], ["limb_b", "Два года подряд"], ["years", "Годы"],
  ].map(([name, title]) => ({ name, title, list: element("select", { name, disabled: true }) }));
  const series = element("fieldset", { name: "series", disabled: true });
  const usual = element("button", { type: "button", name: "usual", textContent: "Вернуть методику", disabled: true });
  const headline = element("summary", { textContent: "Что, если изменить правила?" });
  const other = element(
    "details", { className: "shnor-trial" }, headline,
    element("div", {}, ...trials.map(({ title, list }) => element("label", {}, title, list)), series),
  );
  bar.append(
    element("label", {}, "Муниципалитет", place, places), reset, element("label", {}, "Год", year), limit,
    usual, state, save, other,
  );
  el.append(bar);

  const whole = () => model.get("region");
  const names = () => model.get("municipalities").map(([, name]) => name);
  const folded = (text) => text.trim().toLocaleLowerCase("ru").replaceAll("ё", "е").replace(/\s+/g, " ");
  const say = (text, error = false) => {
    state.textContent = text;
    state.classList.toggle("shnor-is-error", error);
  };
  const current = () => {
    const found = model.get("municipalities").find(([identity]) => identity === model.get("municipality"));
    return found ? found[1] : whole();
  };
  const draw = () => {
    places.replaceChildren(...[whole(), ...names()].map((name) => element("option", { value: name })));
    place.value = current();
    year.replaceChildren(
      ...model.get("years").map((value) => element("option", { value, textContent: value })),
    );
    year.value = model.get("year");
    limit.hidden = !model.get("threshold");
    threshold.value = model.get("threshold");
    tell();
    drawTrials();
    reset.hidden = !model.get("municipality");
  };
  const chosenSeries = () => {
    const chosen = model.get("tried").series;
    return chosen && chosen.length ? chosen : model.get("method_series");
  };
  const drawTrials = () => {
    const choices = model.get("choices");
    other.hidden = !choices.series;
    usual.hidden = other.hidden || !isTrial();
    if (other.hidden) return;
    for (const { name, list } of trials) {
      list.replaceChildren(
        ...choices[name].map(([value, label]) => element("option", { value, textContent: label })),
      );
      const value = String(model.get("tried")[name]);
      if (![...list.options].some((option) => option.value === value))
        list.append(element("option", { value, textContent: value }));
      list.value = value;
    }
    const chosen = chosenSeries();
    series.replaceChildren(
      element("legend", { textContent: "Процедуры" }),
      ...choices.series.map(([value, label]) => element(
        "label", {}, element("input", { type: "checkbox", value, checked: chosen.includes(value) }), label,
      )),
    );
  };
  // What the controls say now; empty where it is what the method says.
  const tried = () => {
    const boxes = [...series.querySelectorAll("input:checked")].map((box) => box.value);
    const own = model.get("method_series");
    const same = boxes.length === own.length && boxes.every((value) => own.includes(value));
    return {
      threshold: model.get("threshold") ? Number(threshold.value) : 0,
      min_participants: Number(trials[0].list.value) || 0,
      limb_b: trials[1].list.value, years: trials[2].list.value, series: same ? "" : boxes.join(","),
    };
  };
  const isTrial = () => {
    const now = model.get("tried");
    return model.get("threshold") !== model.get("method_threshold")
      || Boolean(now.min_participants || now.limb_b || now.years || (now.series && now.series.length));
  };
  const tell = () => {
    const asUsual = Number(threshold.value) === model.get("method_threshold");
    shown.textContent = `${threshold.value} %${asUsual ? " (по методике)" : " — проба, по методике " + model.get("method_threshold") + " %"}`;
  };
  const busy = (on) => {
    bar.classList.toggle("shnor-busy", on);
    bar.setAttribute("aria-busy", on);
  };
  const choose = (municipality, settings = tried()) => {
    busy(true);
    say("Считаем…");
    model.send({ kind: "choose", municipality, year: Number(year.value), ...settings });
  };
  const match = () => {
    const wanted = folded(place.value);
    if (!wanted || wanted === folded(whole())) return "";
    const all = model.get("municipalities");
    const exact = all.find(([, name]) => folded(name) === wanted);
    if (exact) return exact[0];
    const partly = all.filter(([, name]) => folded(name).includes(wanted));
    if (partly.length === 1) return partly[0][0];
    say(partly.length ? `Подходят ${partly.length}: уточните название.` : "Такого муниципалитета в данных нет.", true);
    return null;
  };
  const here = () => model.get("municipality");

  // The browser offers only names that contain what is typed: an emptied field offers them all.
  place.addEventListener("focus", () => { place.placeholder = place.value; place.value = ""; });
  place.addEventListener("blur", () => { if (!place.value) place.value = current(); });
  // Enter is taken as a choice by itself: in JupyterLab it does not end in a "change".
  let asked = here();
  const commit = () => {
    const chosen = match();
    if (chosen === null || chosen === asked) return;
    asked = chosen;
    choose(chosen);
    place.blur();
  };
  place.addEventListener("change", commit);
  place.addEventListener("keydown", (event) => {
    if (event.key === "Enter") commit();
    if (event.key === "Escape") { place.value = current(); place.blur(); }
  });
  reset.addEventListener("click", () => { asked = ""; choose(""); });
  year.addEventListener("change", () => choose(here()));
  threshold.addEventListener("input", tell);
  // Not at every press of a key, nor at every box that is ticked: choices would queue up.
  // What is chosen while an answer is under way is not drawn over by that answer.
  let pause = 0;
  const soon = (delay) => {
    clearTimeout(pause);
    pause = setTimeout(() => { pause = 0; choose(here()); }, delay);
  };
  threshold.addEventListener("change", () => soon(300));
  for (const { list } of trials) list.addEventListener("change", () => soon(0));
  series.addEventListener("change", () => {
    if (series.querySelector("input:checked")) soon(900);
    else {
      clearTimeout(pause);
      pause = 0;
      say("Отметьте хотя бы одну процедуру.", true);
    }
  });
  usual.addEventListener("click", () => {
    clearTimeout(pause);
    pause = 0;
    const threshold = model.get("method_threshold");
    choose(here(), { threshold, min_participants: 0, limb_b: "", years: "", series: "" });
  });
  save.addEventListener("click", () => { say("Готовим файл…"); model.send({ kind: "download" }); });

  let ready = false;
  const hello = () => { if (!ready && el.isConnected !== false) model.send({ kind: "hello" }); };
  const knocking = setInterval(hello, 400);
  hello();

  // Kept from the kernel where the page has no plotly.js yet: resolved by the message "plotly".
  let arrived;
  const plotly = async () => {
    const loaded = await loadedPlotly();
    if (loaded) return loaded;
    return new Promise((resolve) => { arrived = resolve; model.send({ kind: "plotly" }); });
  };
  const takePlotly = (buffer) => {
    const script = element("script", { src: URL.createObjectURL(new Blob([buffer], { type: "text/javascript" })) });
    script.onload = () => { URL.revokeObjectURL(script.src); arrived(window.Plotly); };
    document.head.append(script);
  };
  // JupyterLab still holds its outputs and may want to remove them itself: there they are only hidden.
  const discard = (place) => {
    while (place && place.nextElementSibling) {
      if (model.get("in_url")) place.nextElementSibling.remove();
      else {
        place = place.nextElementSibling;
        place.style.display = "none";
      }
    }
  };
  const redraw = async (sections) => {
    const root = el.closest(".jp-Notebook") || document;
    const figures = [];
    for (const marker of root.querySelectorAll("[data-shnor-section]")) {
      const blocks = sections[marker.dataset.shnorSection];
      if (!blocks) continue;
      discard(marker.closest(".jp-OutputArea-child"));
      marker.querySelectorAll(".js-plotly-plot").forEach((plot) => marker.shnorPlotly.purge(plot));
      marker.replaceChildren(...blocks.map((block) => {
        if (block.html !== undefined) return element("div", { innerHTML: block.html });
        const frame = element("div", { className: "shnor-figure" });
        frame.style.height = `${block.figure.layout.height}px`;
        figures.push([frame, block.figure, marker]);
        return frame;
      }));
    }
    if (!figures.length) return;
    const library = await plotly();
    for (const [frame, figure, marker] of figures) {
      marker.shnorPlotly = library;
      if (frame.isConnected) await library.newPlot(frame, figure.data, figure.layout, figure.config);
    }
  };

  const address = () => {
    if (!model.get("in_url")) return;
    const url = new URL(window.location.href);
    const put = (name, value, usual) =>
      value && value !== usual ? url.searchParams.set(name, value) : url.searchParams.delete(name);
    put("municipality", here(), "");
    put("year", model.get("year"), 0);
    put("threshold", model.get("threshold"), model.get("method_threshold"));
    const now = model.get("tried");
    for (const { name } of trials) put(name, now[name], 0);
    put("series", (now.series || []).join(","), "");
    window.history.replaceState(null, "", url);
  };
  const receive = async (message, buffers) => {
    if (message.kind === "ready" && !ready) {
      ready = true;
      clearInterval(knocking);
      for (const control of [place, year, threshold, reset, save, usual, series, ...trials.map(({ list }) => list)])
        control.disabled = false;
      draw();
      bar.classList.add("shnor-ready");
    }
    if (message.kind === "plotly") takePlotly(buffers[0]);
    if (message.kind === "done") {
      asked = here();
      if (!pause) draw();
      address();
      await redraw(message.sections);
      busy(false);
      say(message.text || "", message.error === true);
      bar.dataset.version = message.version;
    }
    if (message.kind === "file") {
      const blob = new Blob([buffers[0]], { type: message.type });
      const link = element("a", { href: URL.createObjectURL(blob), download: message.name });
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      say(`Файл «${message.name}» сохранён.`);
    }
    if (message.kind === "failed") say(message.text, true);
  };
  model.on("msg:custom", receive);
  draw();
  other.open = isTrial() && !other.hidden;
  return () => { clearInterval(knocking); model.off("msg:custom", receive); };
}

export default { render };
