// The body of a Node-RED function node: first output for what is signed and new, second for everything else.
// Set up beside it: the module node:crypto as `crypto`, the secret in the environment.
const id = msg.req.headers["webhook-id"], at = msg.req.headers["webhook-timestamp"];
const raw = Buffer.isBuffer(msg.payload) ? msg.payload.toString("utf8") : String(msg.payload);
const key = Buffer.from(env.get("WEBHOOK_SECRET").replace(/^whsec_/, ""), "base64");
const wanted = crypto.createHmac("sha256", key).update(`${id}.${at}.${raw}`).digest();
const isYoung = Math.abs(Date.now() / 1000 - Number(at)) < 300;
const isSigned = String(msg.req.headers["webhook-signature"] || "").split(" ").some((each) => {
  const given = Buffer.from(each.replace(/^v1,/, ""), "base64");
  return each.startsWith("v1,") && given.length === wanted.length && crypto.timingSafeEqual(given, wanted);
});
const seen = flow.get("seen") || { ids: [], events: [], refused: 0, repeated: 0 };
if (!isYoung || !isSigned) {
  seen.refused += 1;
  flow.set("seen", seen);
  msg.statusCode = 401;
  msg.payload = "";
  return msg;
}
if (seen.ids.includes(id)) {
  seen.repeated += 1;
} else {
  const event = JSON.parse(raw);
  seen.ids.push(id);
  seen.events.push({ at: Date.now(), id, signatures: msg.req.headers["webhook-signature"].split(" ").length, event });
}
flow.set("seen", seen);
msg.statusCode = 200;
msg.payload = "";
return msg;
