// The panel beside a thread works without this; here its forms are saved in place.
"use strict";
