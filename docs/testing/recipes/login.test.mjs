// A login with a second factor in a real browser, tested by Node's own test runner and playwright-core.
//
//   authsim demo --lab --lab-token-file lab.token                       in one terminal
//   npm install playwright-core                                         once, in another
//   LAB_TOKEN_FILE=lab.token CHROMIUM=/usr/bin/chromium node --test login.test.mjs
//
// PORTAL is the portal's address, CHROMIUM a Chromium or Chrome that is installed. Node 20 or later; fetch is Node's own.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";

const portal = process.env.PORTAL ?? "http://127.0.0.1:8765";
const token = (await readFile(process.env.LAB_TOKEN_FILE ?? "lab.token", "utf8")).trim();
const run = process.pid;

/** One call of the lab API; returns its JSON, or null where there is nothing to tell. */
async function lab(method, path, members) {
  const answer = await fetch(`${portal}/api/lab/v1/${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: members === undefined ? undefined : JSON.stringify(members),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path} was answered with ${answer.status}: ${text}`);
  return text === "" ? null : JSON.parse(text);
}

let browser, page, user, phone, label;
let logins = 0;

before(async () => {
  // Without the sandbox it starts in containers, as root; the pages are those of this machine.
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  [user] = (await lab("POST", "users", { name: `node-${run}` })).users;
  [phone] = (await lab("POST", "phones", { platform: "ios" })).phones;
  await lab("POST", `phones/${phone.id}/activate`, { user: user.name });
});

after(async () => await browser?.close());

beforeEach(async () => {
  label = `node-${run}-${++logins}`; // the story finds this browser's requests by it
  const context = await browser.newContext({ extraHTTPHeaders: { "AuthSim-Lab-Label": label } });
  page = await context.newPage();
});

afterEach(async () => {
  await lab("DELETE", "faults");
  await page.context().close();
});

/** The password step, as a person does it. */
async function beginLogin() {
  await page.goto(`${portal}/sso/Login`);
  await page.getByLabel("Username").fill(user.name);
  await page.getByLabel("Password").fill(user.password);
  await page.getByRole("button", { name: "Login", exact: true }).click();
}

/** Ask for the challenge, and let the phone answer it; it needs no network for that. */
async function askPhone() {
  await page.getByRole("link", { name: "Log in with Challenge/Response" }).click();
  const challenge = await page.locator(".xyz-goldchallenge").textContent();
  return (await lab("POST", `phones/${phone.id}/respond`, { challenge })).response;
}

async function type(response) {
  await page.locator("[name=gold-response]").fill(response);
  await page.locator("[name=gold-response]").press("Enter");
}

const success = () => page.getByText("Client login succeeds", { exact: true });

/** All that happened since this browser's first request: browser, portal, phone and lab, in one order. */
async function wholeStory() {
  const [first] = (await lab("GET", `events?label=${label}`)).events;
  return (await lab("GET", `events?after=${first.number - 1}`)).events;
}

test("the phone's response opens the login", async () => {
  await beginLogin();
  await type(await askPhone());
  await success().waitFor();
});

test("a challenge that is not answered in time is over, and the page says so by itself", async () => {
  await beginLogin();
  await askPhone();
  await lab("POST", "clock", { advance_ms: 181_000 });
  await page.locator(".xyz-errormessage").waitFor();
  assert.equal(await page.locator("[name=gold-response]").count(), 0);
  assert.ok((await wholeStory()).some((entry) => entry.end === "portal" && entry.what === "challenge:expired"));
});

test("a phone that approves lets the page go on by itself", async () => {
  await lab("PUT", `phones/${phone.id}`, { policy: "approve", delay_ms: 0 });
  try {
    await beginLogin();
    await success().waitFor();
  } finally {
    await lab("PUT", `phones/${phone.id}`, { policy: "manual" });
  }
});

test("a notification that is lost leaves the page waiting; the challenge still opens the login", async () => {
  await lab("PUT", "faults/push_lost", { user: user.name });
  await beginLogin();
  await page.locator(".xyzblock-notification").waitFor();
  const [fault] = (await lab("GET", "faults")).faults;
  assert.deepEqual([fault.name, fault.struck], ["push_lost", 1]);
  await type(await askPhone());
  await success().waitFor();
});

test("a wrong response is refused, and the story says why from both ends", async () => {
  await beginLogin();
  const right = await askPhone();
  await type(right.replace(/.$/, (last) => String((Number(last) + 1) % 10)));
  await page.locator(".xyz-errormessage").waitFor();
  const told = (await wholeStory()).map((entry) => `${entry.end}: ${entry.what} ${entry.why ?? ""}`.trim());
  assert.ok(told.includes("portal: login:refused wrong_response"), told.join("\n"));
  assert.ok(told.includes("browser: POST /sso/SecondFactor wrong_response"), told.join("\n"));
});
