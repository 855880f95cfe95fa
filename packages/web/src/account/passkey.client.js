/* Passkeys on the account pages (WebAuthn level 3): everything else there works without a script. */
(() => {
  const api = "/account/api/passkey/";
  const token = document.querySelector("[data-passkey]")?.getAttribute("data-csrf") ?? "";

  async function ask(path, body) {
    const response = await fetch(api + path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        accept: "application/json",
        "content-type": "application/json",
        "x-csrf-token": token,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const answer = await response.json().catch(() => null);
    if (!response.ok)
      throw new Error(answer?.detail ?? answer?.message ?? `HTTP ${response.status}`);
    return answer;
  }

  async function add(element) {
    const name = document.querySelector("[data-passkey-name]")?.value ?? "";
    const options = await ask(`generate-register-options?name=${encodeURIComponent(name)}`);
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    const credential = await navigator.credentials.create({ publicKey });
    await ask("verify-registration", { name, response: credential.toJSON() });
    location.assign(element.getAttribute("data-next") ?? "/account");
  }

  async function use(element) {
    const options = await ask("generate-authenticate-options");
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    const credential = await navigator.credentials.get({ publicKey });
    await ask("verify-authentication", { response: credential.toJSON() });
    location.assign(element.getAttribute("data-next") ?? "/account");
  }

  const able = "PublicKeyCredential" in window;
  for (const part of document.querySelectorAll("[data-passkey-part]")) part.hidden = !able;
  for (const element of document.querySelectorAll("[data-passkey]")) {
    const run = element.getAttribute("data-passkey") === "add" ? add : use;
    element.hidden = !able;
    element.addEventListener("click", () => {
      const status = document.querySelector("[data-passkey-status]");
      if (status !== null) status.textContent = "";
      run(element).catch((error) => {
        if (status !== null) status.textContent = error.message;
      });
    });
  }
})();
