/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { Frame } from "#page/frame.ts";

interface FormProps {
  readonly frame: Frame;
  readonly action: string;
  /** For forms with files. */
  readonly multipart?: boolean;
  readonly id?: string;
  readonly class?: string;
  /** Address of the script that works for what the form sends. */
  readonly proof?: string;
  /** Name of the form to screen readers. */
  readonly label?: string;
  readonly children?: Child;
}

/** A form that changes something: sent by POST, with the visitor's token where the page has one. */
export function Form({ frame, action, multipart = false, children, ...rest }: FormProps) {
  return (
    <form
      method="post"
      action={action}
      enctype={multipart ? "multipart/form-data" : undefined}
      id={rest.id}
      class={rest.class}
      aria-label={rest.label}
      data-proof={rest.proof}
    >
      {frame.csrf === null ? null : <input type="hidden" name="_csrf" value={frame.csrf} />}
      {children}
    </form>
  );
}

interface ControlProps {
  readonly label: string;
  readonly name: string;
  /** Differs from `name` where a page has the same field twice. */
  readonly id?: string;
  readonly value?: string | number | undefined;
  readonly hint?: string;
  /** What was wrong with what was sent. */
  readonly error?: string | undefined;
  readonly required?: boolean;
  readonly maxlength?: number;
  readonly autocomplete?: string;
}

interface FieldProps extends ControlProps {
  readonly type?: "text" | "password" | "email" | "number" | "search" | "url" | "date";
  readonly pattern?: string;
  readonly min?: number;
  readonly max?: number;
}

/** A labelled line of input, with its hint and its error tied to it. */
export function Field(props: FieldProps) {
  return (
    <Labelled {...props}>
      <input
        {...attributesOf(props)}
        type={props.type ?? "text"}
        value={props.value}
        pattern={props.pattern}
        min={props.min}
        max={props.max}
      />
    </Labelled>
  );
}

interface AreaProps extends ControlProps {
  readonly rows?: number;
}

/** A labelled text of several lines. */
export function Area(props: AreaProps) {
  return (
    <Labelled {...props}>
      <textarea {...attributesOf(props)} rows={props.rows ?? 5} dir="auto">
        {/* HTML drops the first line break of a textarea. */}
        {`\n${props.value ?? ""}`}
      </textarea>
    </Labelled>
  );
}

interface SelectProps extends ControlProps {
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

export function Select(props: SelectProps) {
  return (
    <Labelled {...props}>
      <select {...attributesOf(props)}>
        {props.options.map(({ value, label }) => (
          <option value={value} selected={value === props.value}>
            {label}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

interface CheckProps {
  readonly label: string;
  readonly name: string;
  readonly value?: string;
  readonly checked?: boolean;
}

export function Check({ label, name, value = "on", checked = false }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" name={name} value={value} checked={checked} />
      <span>{label}</span>
    </label>
  );
}

interface ChoiceProps {
  readonly legend: string;
  readonly name: string;
  readonly value?: string | undefined;
  readonly error?: string | undefined;
  readonly options: readonly {
    readonly value: string;
    readonly label: string;
    readonly hint?: string;
  }[];
}

/** One of a few, all of them in sight. */
export function Choice({ legend, name, value, error, options }: ChoiceProps) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {error === undefined ? null : <p class="wrong">{error}</p>}
      {options.map((option) => (
        <label class="check">
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            required
          />
          <span>
            {option.label}
            {option.hint === undefined ? null : <small>{option.hint}</small>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

interface ButtonProps {
  readonly kind?: "primary" | "plain" | "danger";
  readonly name?: string;
  readonly value?: string;
  /** Which of many it is about: for those who hear the button without the row it stands in. */
  readonly about?: string | undefined;
  readonly children?: Child;
}

export function Button({ kind = "primary", name, value, about, children }: ButtonProps) {
  return (
    <button type="submit" class={kind === "primary" ? undefined : kind} name={name} value={value}>
      {children}
      {about === undefined ? null : <span class="hidden"> {about}</span>}
    </button>
  );
}

function Labelled(props: ControlProps & { readonly children?: Child }) {
  const id = props.id ?? props.name;
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.children}
      {props.hint === undefined ? null : <small id={`${id}-hint`}>{props.hint}</small>}
      {props.error === undefined ? null : (
        <p class="wrong" id={`${id}-wrong`}>
          {props.error}
        </p>
      )}
    </div>
  );
}

function attributesOf(props: ControlProps) {
  const id = props.id ?? props.name;
  const described = [
    props.hint === undefined ? "" : `${id}-hint`,
    props.error === undefined ? "" : `${id}-wrong`,
  ].filter((name) => name !== "");
  return {
    id,
    name: props.name,
    required: props.required ?? false,
    maxlength: props.maxlength,
    autocomplete: props.autocomplete,
    "aria-describedby": described.length === 0 ? undefined : described.join(" "),
    "aria-invalid": props.error === undefined ? undefined : ("true" as const),
  };
}
