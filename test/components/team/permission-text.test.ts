import { expect, test } from "vitest";

import { permissionText } from "@/components/team/permission-text";
import type { Permission } from "@/server/domain/tenancy/roles";

test.each<[Permission, string]>([
  ["calls.hang_up", "Calls: hang up"],
  ["extensions.write", "Extensions: write"],
])("%s is told as %s", (permission, text) => expect(permissionText(permission)).toBe(text));
