/** The page: who is signed in, and the cards that show what the gateway says of them. */
import { render } from "preact";
import { Benefits } from "./cards/benefits";
import { Consents } from "./cards/consents";
import { Entries } from "./cards/entries";
import { Points } from "./cards/points";
import { Redeem } from "./cards/redeem";
import { Tier } from "./cards/tier";
import { follow, member, trouble } from "./live";
import { language, signIn, signOut, token } from "./session";
import "./style.css";
import { explained, texts } from "./texts";

function Page() {
  const t = texts.value;
  return (
    <>
      <header>
        <h1>{member.value ? t.welcome(member.value.displayName) : t.title}</h1>
        <button class="plain" lang={language.value === "zh" ? "en" : "zh-CN"} onClick={switchLanguage}>
          {t.otherLanguage}
        </button>
        {token.value !== null && (
          <button class="plain" onClick={signOut}>
            {t.signOut}
          </button>
        )}
      </header>
      <p class="trouble" role="alert">
        {trouble.value !== null && explained(trouble.value)}
      </p>
      <main>{token.value === null ? <SignIn /> : <Cards />}</main>
    </>
  );
}

function Cards() {
  if (member.value === null) return <p class="quiet">{texts.value.loading}</p>;
  const shown = { member: member.value };
  return (
    <div class="cards">
      <Points {...shown} />
      <Tier {...shown} />
      <Benefits {...shown} />
      <Redeem {...shown} />
      <Entries {...shown} />
      <Consents {...shown} />
    </div>
  );
}

/** Where a real storefront would send the member to its identity provider. */
function SignIn() {
  const t = texts.value;
  return (
    <form
      class="card sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        signIn(String(new FormData(event.currentTarget).get("token")));
      }}
    >
      <label for="token">{t.token}</label>
      <input id="token" name="token" type="password" autocomplete="off" required />
      <p class="quiet">{t.signInHint}</p>
      <button type="submit">{t.signIn}</button>
    </form>
  );
}

function switchLanguage(): void {
  language.value = language.value === "zh" ? "en" : "zh";
}

follow();
render(<Page />, document.getElementById("page")!);
