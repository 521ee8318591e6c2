/** "Calls: hang up", from the name of a permission: there is no second list that could say something else. */
export function permissionText(permission: string): string {
  const [subject = "", act = ""] = permission.replaceAll("_", " ").split(".");
  return `${subject.charAt(0).toUpperCase()}${subject.slice(1)}: ${act}`;
}
