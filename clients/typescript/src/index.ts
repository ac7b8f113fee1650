export { SubscriptionStopped } from "./endings.js";
export * from "./generated/graphql.js";
export {
  type ResumeOptions,
  type ResumingSubscription,
  type Retry,
  type Timing,
  subscribeWithResume,
} from "./resume.js";
export { type CursorStore, type WebStorage, memoryStore, webStore } from "./stores.js";
