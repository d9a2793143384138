// What is wider than its place can be scrolled by keyboard, too, once it can be gone to.
"use strict";
async function reachWide() {
  await window.MathJax?.startup?.promise;
  for (const wide of document.querySelectorAll("mjx-container[display], .bd-article :is(div.math, p)"))
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
}

addEventListener("load", reachWide);
addEventListener("resize", reachWide);
