/* What a page costs that draws nothing with Plotly. */
"use strict";
Plotly.newPlot(document.getElementById("figure"), [], {}, { displayModeBar: false, showSendToCloud: false, plotlyServerURL: "" });
