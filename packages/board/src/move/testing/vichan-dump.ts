/*
 * A small dump as vichan's databases are written by mysqldump: invented people, invented words.
 */

const POSTS = (uri: string, next: number): string => `
DROP TABLE IF EXISTS \`posts_${uri}\`;
CREATE TABLE \`posts_${uri}\` (
  \`id\` int(11) unsigned NOT NULL AUTO_INCREMENT,
  \`thread\` int(11) DEFAULT NULL,
  \`subject\` varchar(100) DEFAULT NULL,
  \`email\` varchar(30) DEFAULT NULL,
  \`name\` varchar(35) DEFAULT NULL,
  \`trip\` varchar(15) DEFAULT NULL,
  \`capcode\` varchar(50) DEFAULT NULL,
  \`body\` text NOT NULL,
  \`body_nomarkup\` text DEFAULT NULL,
  \`time\` int(11) NOT NULL,
  \`bump\` int(11) DEFAULT NULL,
  \`files\` text DEFAULT NULL,
  \`num_files\` int(11) DEFAULT 0,
  \`filehash\` text CHARACTER SET ascii DEFAULT NULL,
  \`password\` varchar(20) DEFAULT NULL,
  \`ip\` varchar(39) CHARACTER SET ascii NOT NULL,
  \`sticky\` int(1) NOT NULL,
  \`locked\` int(1) NOT NULL,
  \`cycle\` int(1) NOT NULL,
  \`sage\` int(1) NOT NULL,
  \`embed\` text DEFAULT NULL,
  \`slug\` varchar(256) DEFAULT NULL,
  UNIQUE KEY \`id\` (\`id\`),
  KEY \`thread_id\` (\`thread\`,\`id\`)
) ENGINE=InnoDB AUTO_INCREMENT=${next} DEFAULT CHARSET=utf8mb4;
LOCK TABLES \`posts_${uri}\` WRITE;
`;

const HEAD = `-- MySQL dump 10.13  Distrib 8.0.30, for Linux (x86_64)
/*!40101 SET NAMES utf8mb4 */;
CREATE TABLE \`bans\` (
  \`id\` int(10) unsigned NOT NULL AUTO_INCREMENT,
  \`ipstart\` varbinary(16) NOT NULL,
  \`ipend\` varbinary(16) DEFAULT NULL,
  \`created\` int(10) unsigned NOT NULL,
  \`expires\` int(10) unsigned DEFAULT NULL,
  \`board\` varchar(58) DEFAULT NULL,
  \`creator\` int(10) NOT NULL,
  \`reason\` text DEFAULT NULL,
  \`seen\` tinyint(1) NOT NULL,
  \`post\` blob DEFAULT NULL,
  PRIMARY KEY (\`id\`)
) ENGINE=InnoDB;
INSERT INTO \`bans\` VALUES
(1,0xC0000207,NULL,1700000000,NULL,'b',1,'Advertising &amp; <em>worse</em>',0,NULL),
(2,0xC6336400,0xC63364FF,1700000000,NULL,NULL,1,'A whole house',0,NULL),
(3,0x0A000000,0x0AFFFFFF,1700000000,NULL,NULL,1,'Far too many',0,NULL),
(4,0xC0000208,NULL,1500000000,1500000001,'b',1,'Long over',0,NULL);
CREATE TABLE \`boards\` (
  \`uri\` varchar(58) NOT NULL,
  \`title\` tinytext NOT NULL,
  \`subtitle\` tinytext DEFAULT NULL,
  PRIMARY KEY (\`uri\`)
) ENGINE=InnoDB;
INSERT INTO \`boards\` VALUES ('b','Random','Anything goes, nearly'),('thé','Tea',NULL),('tea','Tea','Of all sorts');
CREATE TABLE \`mods\` (
  \`id\` smallint(6) unsigned NOT NULL AUTO_INCREMENT,
  \`username\` varchar(30) NOT NULL,
  \`password\` varchar(256) NOT NULL,
  \`version\` varchar(64) NOT NULL,
  \`type\` smallint(2) NOT NULL,
  \`boards\` text NOT NULL,
  PRIMARY KEY (\`id\`)
) ENGINE=InnoDB;
INSERT INTO \`mods\` VALUES (1,'gardener','a-hash-that-nobody-takes','x',30,'*'),(2,'broom','another','x',10,'b,tea'),(3,'gone','third','x',99,'b');
CREATE TABLE \`modlogs\` (
  \`mod\` int(11) NOT NULL,
  \`ip\` varchar(39) NOT NULL,
  \`board\` varchar(58) DEFAULT NULL,
  \`time\` int(11) NOT NULL,
  \`text\` text NOT NULL
) ENGINE=InnoDB;
INSERT INTO \`modlogs\` VALUES (1,'192.0.2.1','b',1700000000,'Watered the plants');
`;

const FILES = JSON.stringify([
  {
    name: "kettle one.png",
    filename: "kettle one.png",
    extension: "png",
    file: "1700000000001.png",
    thumb: "1700000000001.png",
    file_path: "b/src/1700000000001.png",
    width: 8,
    height: 8,
    size: 100,
  },
  { file: "deleted", thumb: "deleted" },
  {
    name: "lost.png",
    file: "1700000000002.png",
    thumb: "spoiler",
    file_path: "b/src/1700000000002.png",
  },
]);

/** As mysqldump writes text. */
function quoted(text: string): string {
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll("'", "\\'")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\n");
  return `'${escaped}'`;
}

interface Row {
  readonly id: number;
  readonly thread?: number;
  readonly subject?: string;
  readonly email?: string;
  readonly name?: string;
  readonly trip?: string;
  readonly capcode?: string;
  readonly body?: string;
  readonly nomarkup?: string | null;
  readonly time: number;
  readonly bump?: number;
  readonly files?: string;
  readonly ip?: string;
  readonly flags?: string;
}

const text = (value: string | undefined): string => (value === undefined ? "NULL" : quoted(value));

export function rowOf(row: Row): string {
  const { id, thread, time, bump, nomarkup = "", flags = "0,0,0,0" } = row;
  const values = [
    id,
    thread ?? "NULL",
    text(row.subject),
    text(row.email),
    text(row.name),
    text(row.trip),
    text(row.capcode),
    quoted(row.body ?? ""),
    nomarkup === null ? "NULL" : quoted(nomarkup),
    time,
    bump ?? "NULL",
    text(row.files),
    0,
    "NULL",
    quoted("a-password"),
    quoted(row.ip ?? "192.0.2.9"),
    flags,
    "NULL",
    "NULL",
  ];
  return `(${values.join(",")})`;
}

const B = [
  rowOf({
    id: 3,
    subject: "It's a kettle; (really)",
    name: "Ann",
    trip: "!abcdefghij",
    nomarkup: "First line\n>quoted\n**hidden** and '''bold'''\n<tinyboard flag>fr</tinyboard>",
    time: 1_700_000_000,
    bump: 1_700_000_500,
    files: FILES,
    flags: "1,0,1,0",
  }),
  rowOf({
    id: 4,
    thread: 3,
    nomarkup: ">>3\nyes, and >>>/tea/7",
    time: 1_700_000_100,
    email: "sage",
  }),
  rowOf({
    id: 5,
    thread: 3,
    name: "Ben",
    capcode: "Mod &amp; more",
    nomarkup: null,
    body: '<a onclick="x" href="/b/res/3.html#4">&gt;&gt;4</a><br/><span class="quote">&gt;said</span><br/><strong>loud</strong> <span class="spoiler">dark</span><script>alert(1)</script> &#128150; <a href="https://tea.example/x">https://tea.example/x</a>',
    time: 1_700_000_500,
  }),
  rowOf({ id: 6, thread: 2, nomarkup: "to a thread that is gone", time: 1_700_000_600 }),
  rowOf({
    id: 8,
    nomarkup: "<tinyboard ban message>USER WAS <b>BANNED</b></tinyboard>Second\0thread 茶 ##2d6",
    time: 1_700_000_700,
    bump: 1_700_000_700,
    flags: "0,1,0,1",
    ip: "8c6976e5b5410415bde908bd4dee15df",
  }),
];

const TEA = [
  rowOf({ id: 7, subject: "Green", nomarkup: "Leaves", time: 1_700_000_050, bump: 1_700_000_050 }),
];

export const VICHAN_DUMP = `${HEAD}
${POSTS("b", 12)}INSERT INTO \`posts_b\` VALUES ${B.join(",")};
UNLOCK TABLES;
${POSTS("tea", 8)}INSERT INTO \`posts_tea\` VALUES ${TEA.join(",")};
UNLOCK TABLES;
CREATE TABLE \`reports\` (
  \`id\` int(11) unsigned NOT NULL AUTO_INCREMENT,
  \`time\` int(11) NOT NULL,
  \`ip\` varchar(39) NOT NULL,
  \`board\` varchar(58) DEFAULT NULL,
  \`post\` int(11) NOT NULL,
  \`reason\` text NOT NULL,
  PRIMARY KEY (\`id\`)
) ENGINE=InnoDB;
INSERT INTO \`reports\` VALUES (1,1700000800,'192.0.2.3','b',5,'rude <br/>words'),(2,1700000800,'192.0.2.3','b',777,'no such post');
CREATE TABLE \`unheard_of\` (
  \`id\` int(11) NOT NULL
) ENGINE=InnoDB;
INSERT INTO \`unheard_of\` VALUES (1);
-- Dump completed on 2023-11-15 10:00:00
`;
