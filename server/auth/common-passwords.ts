import list from "@zxcvbn-ts/language-common/src/passwords.json" with { type: "json" };

/**
 * Words and runs of keys that most guessed passwords are made of. A password that is little more than these, however
 * long, falls to the first guesses.
 */
export const commonParts: readonly string[] = [
  ..."password passwort passwd motdepasse contrasena senha parola kennwort geheim geheimnis secret topsecret".split(
    " ",
  ),
  ..."qwertyuiop qwertzuiop azertyuiop asdfghjkl yxcvbnm zxcvbnm qwerty qwertz azerty asdfgh asdf zxcv 1qaz2wsx qazwsx qweasd".split(
    " ",
  ),
  ..."1234567890 0987654321 123456789 987654321 12345678 87654321 1234567 123456 654321 12345 54321 1234 4321 123 321".split(
    " ",
  ),
  ..."abcdefghijklmnopqrstuvwxyz abcdefgh abcdef abcd abc zyxwvu".split(" "),
  ..."admin administrator root superuser user guest test tester demo default system server service support operator".split(
    " ",
  ),
  ..."welcome willkommen bienvenue hello hallo bonjour letmein login signin logon access enter open please change changeme".split(
    " ",
  ),
  ..."iloveyou ichliebedich loveyou lovely love forever always princess sunshine flower angel baby honey sweetheart".split(
    " ",
  ),
  ..."football baseball basketball soccer hockey fussball liverpool arsenal chelsea barcelona juventus bayern".split(
    " ",
  ),
  ..."dragon monkey tiger lion eagle falcon wolf shadow master ninja superman batman spiderman pokemon starwars matrix".split(
    " ",
  ),
  ..."summer winter spring autumn sommer herbst fruehling january february march april june july august september october november december".split(
    " ",
  ),
  ..."monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonntag".split(
    " ",
  ),
  ..."michael michelle jennifer jessica jordan daniel thomas charlie andrew robert william matthew joshua ashley nicole hannah".split(
    " ",
  ),
  ..."computer internet google facebook samsung apple microsoft windows linux android iphone mustang ferrari porsche mercedes".split(
    " ",
  ),
  ..."telephone telefon phone asterisk freepbx voip sip trunk extension pbx ringfence prepaid company office business".split(
    " ",
  ),
  ..."correcthorsebatterystaple trustno1 whatever freedom money happy lucky killer cheese chocolate banana orange purple".split(
    " ",
  ),
  ..."the and this that your mine our my is for with not".split(" "),
];

let known: ReadonlySet<string> | undefined;

/** Some 18 000 passwords of eight characters and more that people really chose, in lower case; shorter ones are refused anyway. */
export function commonPasswords(): ReadonlySet<string> {
  known ??= new Set(list.map((each) => each.toLowerCase()).filter((each) => each.length >= 8));
  return known;
}
