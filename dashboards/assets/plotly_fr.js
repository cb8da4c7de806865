// French names of the buttons of charts, and how French writes their numbers and dates.
(function () {
  "use strict";
  const french = {
    moduleType: "locale",
    name: "fr",
    dictionary: {
      "Download plot": "Télécharger le graphique",
      "Download plot as a PNG": "Télécharger le graphique (PNG)",
      "Reset axes": "Revenir à l’étendue entière",
      "Show closest data on hover": "Montrer la valeur la plus proche du pointeur",
      "Compare data on hover": "Comparer les valeurs sous le pointeur",
      "Toggle Spike Lines": "Montrer ou cacher les lignes de repère",
    },
    format: {
      days: ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"],
      shortDays: ["dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."],
      months: ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
        "novembre", "décembre"],
      shortMonths: ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juill.", "août", "sept.", "oct.", "nov.", "déc."],
      date: "%d/%m/%Y",
      decimal: ",",
      thousands: "\u202f",
    },
  };
  // The library comes later than this file, and takes what it finds here.
  window.PlotlyLocales = window.PlotlyLocales || [];
  window.PlotlyLocales.push(french);
})();
