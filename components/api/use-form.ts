"use client";

import { type UseMutationOptions, useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { problemsOf, type Refusal, refusalBeside } from "@/components/api/refusal";
import { type Check, type Problems, useFields } from "@/components/ui/use-fields";

type Form<Name extends string, Answer, Fault, Input> = Readonly<{
  checks: Readonly<Record<Name, Check>>;
  change: UseMutationOptions<Answer, Fault, Input>;
  /** What is sent of what was typed. */
  input: (values: Readonly<Record<Name, string>>) => Input;
  onDone: (answer: Answer) => void;
  onRefused?: (fault: Fault) => void;
}>;

/**
 * A form whose every field goes into one change: read and checked, sent once, a refusal beside the field that it is of, and
 * beside the button where it is of none.
 */
export function useForm<Name extends string, Answer, Fault, Input>({
  checks,
  change,
  input,
  onDone,
  onRefused,
}: Form<Name, Answer, Fault, Input>): Readonly<{
  problems: Problems<Name>;
  busy: boolean;
  refusal: Refusal | undefined;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
}> {
  const { problems, read, setProblems } = useFields(checks);
  const { mutate, error, isPending } = useMutation({
    ...change,
    onSuccess: onDone,
    onError: (fault) => {
      setProblems(problemsOf(fault));
      onRefused?.(fault);
    },
  });
  return {
    problems,
    busy: isPending,
    refusal: refusalBeside(error, checks),
    onSubmit: (event) => {
      event.preventDefault();
      const values = read(event.currentTarget);
      if (values) mutate(input(values));
    },
  };
}
