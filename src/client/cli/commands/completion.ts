import { Argument, type Command } from "commander";
import { candidatesFor } from "../help/candidates.ts";
import { completionScripts, type Shell, shells } from "../help/completion-scripts.ts";
import { thisCommand } from "../help/this-command.ts";
import { print } from "../print/print.ts";

export function addCompletion(program: Command): void {
  program
    .command("completion")
    .description("print a script with which a shell completes what is typed after `longshore`")
    .addArgument(new Argument("<shell>", "your shell").choices(shells))
    .addHelpText("after", howToUse)
    .action((shell: Shell) => {
      process.stdout.write(completionScripts[shell]);
    });
  program
    .command("__complete", { hidden: true })
    .argument("[words...]")
    .action(async (words: string[]) => {
      for (const line of await candidatesFor(program, words)) print(line);
      // A service that is slow to answer is not waited for.
      process.exit(0);
    });
}

const howToUse = () => {
  const command = `${thisCommand()} completion`;
  return `
Once the command \`longshore\` is on your PATH, add to ~/.bashrc:
  source <(${command} bash)
to ~/.zshrc, below \`autoload -Uz compinit && compinit\`:
  source <(${command} zsh)
or to ~/.config/fish/config.fish:
  ${command} fish | source`;
};
