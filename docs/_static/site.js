// Boxes that scroll can be reached by keys in every browser, those that don't need not.
function markScrollingBoxes() {
  for (const box of document.querySelectorAll("pre, .table-wrapper")) {
    if (box.scrollWidth > box.clientWidth) {
      box.tabIndex = 0;
    } else {
      box.removeAttribute("tabindex");
    }
  }
}

addEventListener("load", markScrollingBoxes);
addEventListener("resize", markScrollingBoxes);
