/** Tables of vichan as phpMyAdmin 5 exports them: names of columns, rows by lines, keys at the end. */
export const PHPMYADMIN_DUMP = `-- phpMyAdmin SQL Dump
-- version 5.2.1
-- https://www.phpmyadmin.net/
--
-- Hôte : localhost:3306

SET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO";
START TRANSACTION;
SET time_zone = "+00:00";


/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET NAMES utf8mb4 */;

--
-- Base de données : \`vichan\`
--
CREATE DATABASE IF NOT EXISTS \`vichan\` DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
USE \`vichan\`;

-- --------------------------------------------------------

--
-- Structure de la table \`bans\`
--

DROP TABLE IF EXISTS \`bans\`;
CREATE TABLE \`bans\` (
  \`id\` int(10) UNSIGNED NOT NULL,
  \`ipstart\` varbinary(16) NOT NULL,
  \`ipend\` varbinary(16) DEFAULT NULL,
  \`created\` int(10) UNSIGNED NOT NULL,
  \`expires\` int(10) UNSIGNED DEFAULT NULL,
  \`board\` varchar(58) DEFAULT NULL,
  \`reason\` text DEFAULT NULL
) ENGINE=MyISAM DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

--
-- Déchargement des données de la table \`bans\`
--

INSERT INTO \`bans\` (\`id\`, \`ipstart\`, \`ipend\`, \`created\`, \`expires\`, \`board\`, \`reason\`) VALUES
(1, 0xc0000207, NULL, 1700000000, NULL, 'b', 'Advertising');

CREATE TABLE \`boards\` (
  \`uri\` varchar(58) NOT NULL,
  \`title\` tinytext NOT NULL,
  \`subtitle\` tinytext DEFAULT NULL
) ENGINE=MyISAM DEFAULT CHARSET=utf8mb4;

INSERT INTO \`boards\` (\`uri\`, \`title\`, \`subtitle\`) VALUES
('b', 'Random', NULL);

CREATE TABLE \`posts_b\` (
  \`id\` int(11) UNSIGNED NOT NULL,
  \`thread\` int(11) DEFAULT NULL,
  \`subject\` varchar(100) DEFAULT NULL,
  \`body\` text NOT NULL,
  \`body_nomarkup\` text DEFAULT NULL,
  \`time\` int(11) NOT NULL,
  \`bump\` int(11) DEFAULT NULL,
  \`ip\` varchar(39) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL
) ENGINE=MyISAM DEFAULT CHARSET=utf8mb4;

INSERT INTO \`posts_b\` (\`id\`, \`thread\`, \`subject\`, \`body\`, \`body_nomarkup\`, \`time\`, \`bump\`, \`ip\`) VALUES
(3, NULL, 'It\\'s a kettle; really', '', 'Thé 🍵\\r\\n>quoted', 1700000000, 1700000100, '192.0.2.9'),
(4, 3, NULL, '', 'a \\\\ and a ''quote''', 1700000100, NULL, '192.0.2.9');

--
-- Index pour les tables déchargées
--
ALTER TABLE \`bans\`
  ADD PRIMARY KEY (\`id\`),
  ADD KEY \`ipstart\` (\`ipstart\`,\`ipend\`);
ALTER TABLE \`posts_b\`
  ADD UNIQUE KEY \`id\` (\`id\`);

--
-- AUTO_INCREMENT pour la table \`posts_b\`
--
ALTER TABLE \`posts_b\`
  MODIFY \`id\` int(11) UNSIGNED NOT NULL AUTO_INCREMENT, AUTO_INCREMENT=12;
COMMIT;

/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
`;
