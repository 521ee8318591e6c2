import { expect, test } from "vitest";

import { deskFileOf } from "@/server/domain/provisioning/desk-file.rules";

const mac = "805ec0123456";

test.each([
  ["y000000000000.cfg", { vendor: "yealink", mac: null }],
  ["y000000000108.cfg", { vendor: "yealink", mac: null }],
  ["y000000000000.boot", { vendor: "yealink", mac: null }],
  ["805ec0123456.cfg", { vendor: "yealink", mac }],
  ["805EC0123456.cfg", { vendor: "yealink", mac }],
  ["cfg805ec0123456.xml", { vendor: "grandstream", mac }],
  ["cfg.xml", { vendor: "grandstream", mac: null }],
  ["snom370-805EC0123456.htm", { vendor: "snom", mac }],
  ["snomD785-805ec0123456.xml", { vendor: "snom", mac }],
  ["805ec0123456.xml", { vendor: "snom", mac }],
  ["snomD785.htm", { vendor: "snom", mac: null }],
])("%s", (name, file) => expect(deskFileOf(name)).toEqual(file));

test.each([
  "",
  "cfg805ec0123456",
  "805ec012345.cfg",
  "805ec01234567.cfg",
  "805ec012345g.cfg",
  "../805ec0123456.cfg",
  "805ec0123456.cfg\n",
  "805ec0123456.cfg.bak",
  "ycfg",
  "snom-805ec0123456.htm",
  "index.html",
])("%j is no file that a phone asks for", (name) => expect(deskFileOf(name)).toBeUndefined());
