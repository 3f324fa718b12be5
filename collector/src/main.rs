//! `avow-collector`: arguments, run, exit code.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use avow_collector::client::{
    self,
    args::{Agents, Backup, Client, Export, Import, Restore, Status, Verb},
};
use avow_collector::serve::{ServeArgs, restore_offline, serve};
use clap::{Parser, Subcommand};

/// 省级采集端：存储、汇总并展示全省会场状态 / stores, rolls up and shows the state of every venue
#[derive(Parser)]
#[command(version, about, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "例 / examples:
  avow-collector serve --data ./data --accept-new     本机试用 / try it on this machine
  avow-collector status 3501                          福州市各县情况 / the counties of a city
  avow-collector import venues.csv --dry-run          先检查台账再导入 / check the register first
  avow-collector agents accept 5d97…43f2              接受新终端 / accept a new agent
退出码 / exit codes: 0 正常, 1 结果有问题 (bad answer), 64 用法错误 (usage), 69 采集端连不上 (unreachable), 74 文件读写失败 (file)";

#[derive(Subcommand)]
enum Command {
    /// 运行采集端 / run the collector
    Serve(ServeArgs),
    /// 导入会场台账 CSV / take a register of venues in
    Import(Import),
    /// 导出会场台账 CSV / write the register of venues
    Export(Export),
    /// 查看地区或会场状态 / show a place or a venue
    Status(Status),
    /// 查看、接受或拒绝终端密钥 / list, accept or refuse keys of agents
    Agents(Agents),
    /// 在线备份全部数据 / save everything while running
    Backup(Backup),
    /// 把备份恢复到空的采集端 / take a backup into an empty collector
    Restore(Restore),
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // A closed pipe is nobody's fault.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 64 } else { 0 });
        }
    };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env();
    let filter = filter.unwrap_or_else(|_| "warn,avow_collector=info".into());
    // Colours are for eyes: a journal or a file gets none.
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours).init();
    match arguments.command {
        Command::Serve(args) => finish(serve(args)),
        Command::Restore(Restore { file, data: Some(data), .. }) => finish(restore_offline(&file, &data)),
        Command::Restore(args) => ask(args.common.client(Verb::Restore { file: args.file })),
        Command::Import(args) => ask(args.common.client(Verb::Import { file: args.file, dry_run: args.dry_run })),
        Command::Export(args) => ask(args.common.client(Verb::Export { file: args.file })),
        Command::Status(args) => ask(args.common.client(Verb::Status { place: args.place })),
        Command::Agents(args) => ask(args.common.client(Verb::Agents { action: args.action })),
        Command::Backup(args) => ask(args.common.client(Verb::Backup { file: args.file })),
    }
}

fn ask(client: Client) -> ExitCode {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(client::run(client)),
        Err(error) => finish(Err(error.into())),
    }
}

fn finish(done: anyhow::Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("avow-collector: {error:#}");
            ExitCode::FAILURE
        }
    }
}
