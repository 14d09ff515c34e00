/**
 * Runs `muster doctor` for control. The supervisor starts the program, because the process `control` is not allowed to
 * start programs. Simultaneous requests share one answer.
 */
import type { Examination } from "../contract/admin/doctor.ts";
import { MusterError } from "../errors/errors.ts";

/** A message from control to the supervisor. */
export interface DoctorWanted {
  type: "doctor-wanted";
}

/** A message from the supervisor to control. */
export type DoctorNews = { type: "doctor-done"; examination: Examination } | { type: "doctor-failed"; reason: string };

const PATIENCE_MS = 75_000;
/**
 * The number of milliseconds for which control reuses an answer. The reuse limits the load when a page requests the
 * checks repeatedly.
 */
const FRESH_MS = 3000;

interface Question {
  answer: Promise<Examination>;
  settle(news: DoctorNews): void;
}

export class DoctorAsking {
  readonly #ask: ((wanted: DoctorWanted) => void) | undefined;
  readonly #patienceMs: number;
  #question: Question | undefined;
  #last: Examination | undefined;

  /** The argument `ask` is undefined if no supervisor started this process. */
  constructor(ask: ((wanted: DoctorWanted) => void) | undefined, patienceMs = PATIENCE_MS) {
    this.#ask = ask;
    this.#patienceMs = patienceMs;
  }

  async examine(): Promise<Examination> {
    if (!this.#ask) throw silent("this control process runs without a supervisor");
    if (this.#last && Date.now() - Date.parse(this.#last.at) < FRESH_MS) return this.#last;
    if (!this.#question) {
      this.#question = this.#newQuestion();
      this.#ask({ type: "doctor-wanted" });
    }
    return this.#question.answer;
  }

  take(news: DoctorNews): void {
    if (news.type === "doctor-done") this.#last = news.examination;
    this.#question?.settle(news);
  }

  #newQuestion(): Question {
    const { promise, resolve, reject } = Promise.withResolvers<Examination>();
    const end = () => {
      clearTimeout(timer);
      this.#question = undefined;
    };
    const timer = setTimeout(() => {
      end();
      reject(silent(`no answer within ${this.#patienceMs / 1000} s`));
    }, this.#patienceMs).unref();
    const settle = (news: DoctorNews) => {
      end();
      if (news.type === "doctor-done") resolve(news.examination);
      else reject(silent(news.reason));
    };
    return { answer: promise, settle };
  }
}

const silent = (reason: string) => new MusterError("DOCTOR_SILENT", `the checks did not run: ${reason}`);
