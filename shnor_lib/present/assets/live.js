// plotly's renderer keeps a picture of each figure in the notebook; outputs under Voila take none, and every figure
// would end in an unhandled error after it is drawn.
window.addEventListener("unhandledrejection", (event) => {
  if (/setData is not a function/.test(event.reason && event.reason.message)) event.preventDefault();
});
