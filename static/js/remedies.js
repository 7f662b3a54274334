/* Putting it right: what the choice in hand would take of each cap, what it leaves of the one that binds then, and who would
   be asked. The server says the same, and decides. */
const form = () => document.querySelector("[data-previews-cap]");

function preview() {
  const chosen = form()?.querySelector("[data-cost]:checked");
  const cost = chosen && !("noCap" in chosen.dataset) ? Number(chosen.dataset.cost || 0) : 0;
  let tightest = null;
  for (const gauge of document.querySelectorAll("[data-gauge]")) {
    const ceiling = Number(gauge.dataset.ceiling) || 0;
    const used = Number(gauge.dataset.used) || 0;
    const left = ceiling - used - cost;
    if (!tightest || left < tightest.left) tightest = { left, over: left < 0, had: Math.max(ceiling - used, 0), name: gauge.querySelector(".gauge-words span").textContent.trim().toLowerCase() };
    const would = gauge.querySelector(".would");
    if (!ceiling || !would) continue;
    would.setAttribute("width", String(Math.min(100 - Math.min(100, (100 * used) / ceiling), (100 * cost) / ceiling)));
    would.classList.toggle("over", left < 0);
  }
  say(chosen, cost, tightest);
}

/* who would be asked for this much, of those who can approve more than these caps leave, in the order of the page: with
   room today, if anybody has it; and who can approve most */
function whoCan(cost) {
  const climb = [...document.querySelectorAll("[data-approver]")].map((each) => ({ name: each.dataset.approver, upTo: Number(each.dataset.upTo), today: Number(each.dataset.today) }));
  const able = climb.filter((each) => cost <= each.upTo);
  return { first: able.find((each) => cost <= each.today) ?? able[0], most: climb.reduce((most, each) => (most && most.upTo >= each.upTo ? most : each), null) };
}

function say(chosen, cost, tightest) {
  const says = document.querySelector("[data-cap-says]");
  if (!says) return;
  const money = (minor) => {
    const digits = minor % 10 ** says.dataset.decimals ? Number(says.dataset.decimals) : 0;
    return new Intl.NumberFormat("en-US", { style: "currency", currency: says.dataset.currency, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(minor / 10 ** says.dataset.decimals);
  };
  const asks = cost > 0 && tightest?.over;
  const above = asks ? whoCan(cost) : null;
  says.hidden = !chosen;
  says.dataset.mood = !asks ? "good" : above.first ? "warn" : "bad";
  if (!chosen) says.textContent = "";
  else if ("noCap" in chosen.dataset) says.textContent = "Draws on none of your caps.";
  else if (!cost) says.textContent = chosen.closest(".offer").querySelector("[name^=amount-]") ? "Say how much." : "Costs nothing.";
  else if (asks) says.textContent = `Above your cap ${tightest.name}: ${money(tightest.had)} left. ${
    above.first ? `${above.first.name} can approve it.` : `Nobody here may approve this much${above.most ? `: ${above.most.name} can approve up to ${money(above.most.upTo)}` : ""}.`
  }`;
  else says.textContent = `Leaves ${money(tightest.left)} ${tightest.name}.`;
  const button = form().querySelector("[data-says-ask]");
  button.querySelector("span").textContent = asks ? button.dataset.saysAsk : button.dataset.saysGive;
}

document.addEventListener("change", (event) => {
  if (event.target.closest("[data-previews-cap]")) preview();
});
document.addEventListener("htmx:afterSettle", preview);

/* an amount typed beside an open remedy chooses it */
document.addEventListener("input", (event) => {
  const amount = event.target.closest?.('.offer [name^="amount-"]');
  if (!amount) return;
  const radio = amount.closest(".offer").querySelector('[type="radio"]');
  if (radio.disabled) return;
  radio.checked = true;
  const minor = Number(amount.value.replace(/,/g, "")) * 10 ** Number(amount.dataset.decimals);
  radio.dataset.cost = String(Math.round(minor) || 0);
  radio.dispatchEvent(new Event("change", { bubbles: true }));
});
preview();
