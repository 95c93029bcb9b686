/* One entry, so that each part is loaded once and under one address. Every page works without any of them. */
import "./live.js";
import "./keys.js";
import "./notify.js";
import "./list.js";
import "./panel.js";
import "./composer.js";
import "./acts.js";
import "./escalations.js";
