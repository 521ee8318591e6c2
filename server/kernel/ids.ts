/** Ids are branded per kind, so that a tenant's id cannot be handed to what wants an extension's. */
export type TenantId = string & { readonly __id: "tenant" };
export type UserId = string & { readonly __id: "user" };
export type ExtensionId = string & { readonly __id: "extension" };
export type CallId = string & { readonly __id: "call" };
export type PlanId = string & { readonly __id: "plan" };
export type SessionId = string & { readonly __id: "session" };
