/* Keeps times true without asking the server: "in 12 min" counts down, clocks of far cities run, the first minute ticks.
   The words follow the same rule as recovery_ui.relative. */
const part = (seconds) => {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) {
    const hours = Math.floor(seconds / 3600);
    const minutes = Math.floor((seconds % 3600) / 60);
    return minutes && hours < 10 ? `${hours} h ${minutes} min` : `${hours} h`;
  }
  const days = Math.floor(seconds / 86400);
  return days === 1 ? "1 day" : `${days} days`;
};

function relative(moment, now) {
  const seconds = (moment - now) / 1000;
  const size = Math.abs(seconds);
  if (size < 45) return seconds >= 0 ? "now" : "just now";
  const words = part(Math.floor(Math.max(size + (size < 3600 ? 30 : 0), 60)));
  return seconds > 0 ? `in ${words}` : `${words} ago`;
}

const put = (el, text) => el.textContent !== text && (el.textContent = text);

function tick() {
  const now = Date.now();
  for (const el of document.querySelectorAll("time [data-rel]")) {
    put(el, relative(Date.parse(el.closest("time").dateTime), now));
  }
  for (const el of document.querySelectorAll("[data-clock]")) {
    try {
      put(el, new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: el.dataset.clock }).format(now));
    } catch { /* a zone this browser does not know keeps the server's words */ }
  }
  for (const el of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((now - Date.parse(el.dataset.since)) / 1000));
    const target = Number(el.dataset.target || 60);
    const value = el.querySelector(".clock-value");
    if (value) put(value, seconds < 3600 ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : part(seconds));
    el.querySelector(".run")?.setAttribute("stroke-dashoffset", String(100 - Math.min(100, (100 * seconds) / target)));
    const mood = seconds >= target ? "bad" : seconds >= target * 0.66 ? "warn" : "";
    if (el.dataset.mood !== mood) el.dataset.mood = mood;
  }
}

tick();
setInterval(() => document.hidden || tick(), 1000);
document.addEventListener("visibilitychange", () => document.hidden || tick());
document.addEventListener("htmx:afterSettle", tick);
