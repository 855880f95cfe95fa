/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { AccountWords } from "#account/words.ts";

/*
 * The account pages. A product puts them into its own frame; they use its styles for `label`,
 * `input`, `button`, `.hint`, `.wrong` and `.notice` and bring none.
 */

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly type?: "text" | "password";
  readonly autocomplete: string;
  readonly hint?: string;
  readonly value?: string;
}

function Field({ name, label, type = "text", autocomplete, hint, value }: FieldProps) {
  const id = `account-${name}`;
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        name={name}
        type={type}
        autocomplete={autocomplete}
        value={value}
        required
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
      />
      {hint === undefined ? null : (
        <small class="hint" id={`${id}-hint`}>
          {hint}
        </small>
      )}
    </p>
  );
}

interface FormProps {
  readonly action: string;
  readonly csrf: string;
  readonly submit: string;
  readonly next?: string;
  readonly children?: Child;
}

function Form({ action, csrf, submit, next, children }: FormProps) {
  return (
    <form method="post" action={action}>
      <input type="hidden" name="_csrf" value={csrf} />
      {next === undefined ? null : <input type="hidden" name="next" value={next} />}
      {children}
      <button type="submit">{submit}</button>
    </form>
  );
}

export interface PageProps {
  readonly words: AccountWords;
  readonly csrf: string;
  readonly next: string;
  /** What went wrong with what was sent, in the visitor's language. */
  readonly error: string | null;
}

function Problem({ error }: { readonly error: string | null }) {
  return error === null ? null : (
    <div class="notice error" role="alert">
      {error}
    </div>
  );
}

function PasskeyScript({ words }: { readonly words: AccountWords }) {
  return (
    <>
      <p data-passkey-status class="wrong" role="status" />
      <noscript>
        <p class="hint">{words.needsScript}</p>
      </noscript>
      <script src="/account/passkey.js" defer />
    </>
  );
}

export function SignInPage(props: PageProps & { username: string; mayRegister: boolean }) {
  const { words, csrf, next, error, username } = props;
  return (
    <>
      <h1>{words.signIn}</h1>
      <Problem error={error} />
      <Form action="/account/sign-in" csrf={csrf} submit={words.signIn} next={next}>
        <Field
          name="username"
          label={words.username}
          autocomplete="username webauthn"
          value={username}
        />
        <Field
          name="password"
          label={words.password}
          type="password"
          autocomplete="current-password"
        />
      </Form>
      <p>
        <button
          type="button"
          class="plain"
          data-passkey="use"
          data-csrf={csrf}
          data-next={next}
          hidden
        >
          {words.usePasskey}
        </button>
      </p>
      <PasskeyScript words={words} />
      {props.mayRegister ? (
        <p>
          {words.noAccount}{" "}
          <a href={`/account/register?next=${encodeURIComponent(next)}`}>{words.register}</a>
        </p>
      ) : null}
    </>
  );
}

export function RegisterPage({
  words,
  csrf,
  next,
  error,
  username,
}: PageProps & { username: string }) {
  return (
    <>
      <h1>{words.register}</h1>
      <Problem error={error} />
      <Form action="/account/register" csrf={csrf} submit={words.register} next={next}>
        <Field
          name="username"
          label={words.username}
          autocomplete="username"
          hint={words.usernameHint}
          value={username}
        />
        <Field
          name="password"
          label={words.password}
          type="password"
          autocomplete="new-password"
          hint={words.passwordHint}
        />
      </Form>
    </>
  );
}

export function SecondFactorPage({ words, csrf, next, error }: PageProps) {
  return (
    <>
      <h1>{words.secondFactor}</h1>
      <Problem error={error} />
      <Form action="/account/second-factor" csrf={csrf} submit={words.go} next={next}>
        <Field name="code" label={words.code} autocomplete="one-time-code" />
      </Form>
    </>
  );
}

export interface Passkey {
  readonly id: string;
  readonly name: string;
}

export function AccountPage(
  props: PageProps & {
    username: string;
    hasSecondFactor: boolean;
    passkeys: readonly Passkey[];
    notice: string | null;
  },
) {
  const { words, csrf, error, notice } = props;
  return (
    <>
      <h1>{words.account}</h1>
      <Problem error={error} />
      {notice === null ? null : (
        <div class="notice done" role="status">
          {notice}
        </div>
      )}
      <p>
        <strong>{props.username}</strong>
      </p>
      <Form action="/account/sign-out" csrf={csrf} submit={words.signOut} />
      <Form action="/account/sign-out-everywhere" csrf={csrf} submit={words.signOutEverywhere} />
      <h2>{words.secondFactor}</h2>
      <p>{props.hasSecondFactor ? words.factorOn : words.factorOff}</p>
      <Form
        action={props.hasSecondFactor ? "/account/factor/off" : "/account/factor/new"}
        csrf={csrf}
        submit={props.hasSecondFactor ? words.turnOff : words.turnOn}
      >
        <Field
          name="password"
          label={words.currentPassword}
          type="password"
          autocomplete="current-password"
        />
      </Form>
      <h2>{words.passkeys}</h2>
      {props.passkeys.length === 0 ? <p>{words.noPasskeys}</p> : null}
      <ul>
        {props.passkeys.map((passkey) => (
          <li>
            {passkey.name}
            <Form action="/account/passkey/remove" csrf={csrf} submit={words.remove}>
              <input type="hidden" name="id" value={passkey.id} />
            </Form>
          </li>
        ))}
      </ul>
      <p class="field" data-passkey-part hidden>
        <label for="passkey-name">{words.passkeyName}</label>
        <input id="passkey-name" data-passkey-name maxlength={60} />
      </p>
      <button type="button" data-passkey="add" data-csrf={csrf} data-next="/account" hidden>
        {words.addPasskey}
      </button>
      <PasskeyScript words={words} />
      <h2>{words.changePassword}</h2>
      <Form action="/account/password" csrf={csrf} submit={words.changePassword}>
        <Field
          name="current"
          label={words.currentPassword}
          type="password"
          autocomplete="current-password"
        />
        <Field
          name="new"
          label={words.newPassword}
          type="password"
          autocomplete="new-password"
          hint={words.passwordHint}
        />
      </Form>
    </>
  );
}

/** `qr` is an SVG that we drew ourselves from the address that the app reads. */
export function NewFactorPage(
  props: PageProps & { qr: string; secret: string; codes: readonly string[] },
) {
  const { words, csrf, error } = props;
  return (
    <>
      <h1>{words.turnOn}</h1>
      <Problem error={error} />
      <p>{words.scan}</p>
      <img
        alt=""
        width="232"
        height="232"
        src={`data:image/svg+xml,${encodeURIComponent(props.qr)}`}
      />
      <p>
        {words.key} <code>{props.secret}</code>
      </p>
      <h2>{words.recovery}</h2>
      <p>{words.recoveryHint}</p>
      <ul>
        {props.codes.map((code) => (
          <li>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <Form action="/account/factor/on" csrf={csrf} submit={words.go}>
        <Field name="code" label={words.confirmCode} autocomplete="one-time-code" />
      </Form>
    </>
  );
}
